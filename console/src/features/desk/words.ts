// SPDX-License-Identifier: Apache-2.0
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { MailOut } from '@/features/mailboxes'
import type { Tone } from '@/ui/bits'
import type { ClockKind, Escalation, HistoryRow, LinkKind, RecordKind, State, StretchWhy, Ticket, TicketClock, Type } from './model'
import type { Sort } from './views'

export const states: Record<State, { name: MessageDescriptor; tone: Tone }> = {
  new: { name: msg`New`, tone: 'accent' },
  in_progress: { name: msg`In progress`, tone: 'plain' },
  waiting: { name: msg`Waiting`, tone: 'plain' },
  resolved: { name: msg`Solved`, tone: 'good' },
  closed: { name: msg`Closed`, tone: 'plain' },
  cancelled: { name: msg`Cancelled`, tone: 'plain' },
}

/** Of a message that leaves. */
export const sentStates: Record<MailOut['state'], { name: MessageDescriptor; tone: Tone }> = {
  queued: { name: msg`Waits`, tone: 'plain' },
  sending: { name: msg`Being sent`, tone: 'accent' },
  sent: { name: msg`Sent`, tone: 'good' },
  doubt: { name: msg`In doubt`, tone: 'warn' },
  failed: { name: msg`Failed`, tone: 'bad' },
  bounced: { name: msg`Came back`, tone: 'bad' },
}

export const types: Record<Type, MessageDescriptor> = {
  incident: msg`Incident`,
  service_request: msg`Service request`,
  problem: msg`Problem`,
  change: msg`Change`,
}

export const waitings: Record<'requester' | 'vendor' | 'change', MessageDescriptor> = {
  requester: msg`the requester`,
  vendor: msg`a vendor`,
  change: msg`a change`,
}

export const waits: Record<'requester' | 'vendor' | 'change', MessageDescriptor> = {
  requester: msg`Waiting for the requester`,
  vendor: msg`Waiting for a vendor`,
  change: msg`Waiting for a change`,
}

export const levels: Record<'high' | 'medium' | 'low', MessageDescriptor> = {
  high: msg`High`,
  medium: msg`Medium`,
  low: msg`Low`,
}

export const scopes: Record<'single' | 'store' | 'several' | 'widespread', MessageDescriptor> = {
  single: msg`Single`,
  store: msg`One store`,
  several: msg`Several`,
  widespread: msg`Widespread`,
}

/** How the latest words of whoever reported sound. */
export const moods: Record<Ticket['mood'], MessageDescriptor> = {
  very_negative: msg`Very upset`,
  negative: msg`Upset`,
  neutral: msg`Neutral`,
  positive: msg`Friendly`,
  none: msg`Not read`,
}

export const sorts: Record<Sort, MessageDescriptor> = {
  due: msg`By time to breach`,
  priority: msg`By priority`,
  sentiment: msg`By tone: upset first`,
  changed: msg`Changed last`,
  number: msg`Newest`,
}

export const fields: Record<string, MessageDescriptor> = {
  state: msg`State`,
  waiting_for: msg`Waits for`,
  title: msg`Title`,
  description: msg`Description`,
  requester: msg`Requester`,
  store: msg`Store`,
  till: msg`Till`,
  channel: msg`Channel`,
  category: msg`Category`,
  services: msg`Services`,
  touchpoints: msg`Touchpoints`,
  impact: msg`Impact`,
  urgency: msg`Urgency`,
  label: msg`Called`,
  queue: msg`Queue`,
  assignee: msg`Assigned to`,
  watchers: msg`Watchers`,
  resolution: msg`Solution`,
  custom: msg`Own fields`,
  commander: msg`Commander`,
  review: msg`Review`,
  priority: msg`Priority`,
  major: msg`Major incident`,
  type: msg`Type`,
  reports: msg`Reports`,
  stores: msg`Stores affected`,
  tills: msg`Tills affected`,
  customers: msg`Customers affected`,
}

export const whats: Record<HistoryRow['what'], MessageDescriptor> = {
  opened: msg`opened it`,
  triaged: msg`sorted it`,
  routed: msg`gave it to an agent`,
  joined: msg`A report joined`,
  parted: msg`parted a report`,
  changed: msg`changed`,
  note: msg`wrote a note`,
  answered: msg`answered`,
  acknowledged: msg`acknowledged it`,
  confirmed: msg`confirmed that it is solved`,
  merged: msg`merged`,
  linked: msg`linked it`,
  unlinked: msg`took a link away`,
  escalated: msg`escalated to a vendor`,
  vendor_answered: msg`noted the vendor's answer`,
  attached: msg`added a file`,
  detached: msg`removed a file`,
  sla_at_risk: msg`A promise is at risk`,
  sla_breached: msg`A promise is broken`,
  sla_escalated: msg`Escalated`,
  update_overdue: msg`Update for stakeholders is late`,
  erased: msg`Texts were erased`,
}

export const entityThings: Record<string, MessageDescriptor> = {
  store: msg`Store`,
  till: msg`Till`,
  order: msg`Order`,
  device: msg`Device`,
  error: msg`Error`,
}

export const linkKinds: Record<LinkKind, { to: MessageDescriptor; from: MessageDescriptor }> = {
  duplicate_of: { to: msg`Duplicate of`, from: msg`Has the duplicate` },
  child_of: { to: msg`Part of`, from: msg`Has the part` },
  caused_by: { to: msg`Caused by`, from: msg`Causes` },
  related_to: { to: msg`Related to`, from: msg`Related to` },
}

export const clocks: Record<ClockKind, { name: MessageDescriptor; of: MessageDescriptor }> = {
  response: { name: msg`First response`, of: msg`Until somebody answers, acknowledges or solves it` },
  next_response: { name: msg`Next response`, of: msg`Until the requester's next words are answered` },
  resolution: { name: msg`Resolution`, of: msg`Until it is solved` },
  ola: { name: msg`Own team`, of: msg`What the team behind has promised` },
  vendor: { name: msg`Vendor`, of: msg`What the vendor has promised` },
}

export const clockStates: Record<TicketClock['state'], { name: MessageDescriptor; tone: Tone }> = {
  not_started: { name: msg`Not begun`, tone: 'plain' },
  running: { name: msg`Running`, tone: 'accent' },
  paused: { name: msg`Paused`, tone: 'plain' },
  met: { name: msg`Kept`, tone: 'good' },
  breached: { name: msg`Broken`, tone: 'bad' },
  cancelled: { name: msg`Does not hold`, tone: 'plain' },
}

export const whys: Record<StretchWhy, MessageDescriptor> = {
  counted: msg`Counted`,
  closed: msg`Outside of hours`,
  paused: msg`Paused`,
  before_start: msg`Before it began`,
  after_stop: msg`After it stopped`,
  cancelled: msg`Did not hold`,
  no_promise: msg`Nothing promised`,
}

export const recordKinds: Record<RecordKind, MessageDescriptor> = {
  services: msg`Services`,
  touchpoints: msg`Touchpoints`,
  vendors: msg`Vendors`,
  queues: msg`Queues`,
  fields: msg`Own fields`,
  macros: msg`Macros`,
  templates: msg`Templates`,
  views: msg`Views`,
}

/** A name by its key in a table, or the key itself where there is none: the server may know more than this build. */
export function nameOf(i18n: I18n, table: Readonly<Record<string, MessageDescriptor>>, key: string): string {
  const name = table[key]
  return name ? i18n._(name) : key.replaceAll('_', ' ')
}

/** How it stands with a vendor's answer. */
export function escalationState(one: Escalation, now: number): 'answered' | 'late' | 'waiting' {
  if (one.answered_at !== null) return 'answered'
  return one.due_at !== null && Date.parse(one.due_at) < now ? 'late' : 'waiting'
}
