// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Waiting } from './model'
import type { Need, Speak, Strategy, Units } from './settings'

export const strategies: Record<Strategy, { name: MessageDescriptor; text: MessageDescriptor }> = {
  longest_idle: { name: msg`Longest idle`, text: msg`Who was given or has finished something longest ago.` },
  least_loaded: { name: msg`Least loaded`, text: msg`Who has the least of their capacity taken.` },
  round_robin: { name: msg`Round robin`, text: msg`One after the other.` },
  proficiency: { name: msg`Best proficiency`, text: msg`Who has the highest levels of the skills needed.` },
}

export const presences: Record<'online' | 'away' | 'offline', { name: MessageDescriptor; tone: Tone }> = {
  online: { name: msg`Takes work`, tone: 'good' },
  away: { name: msg`Away`, tone: 'warn' },
  offline: { name: msg`Offline`, tone: 'plain' },
}

export const channels: Record<Units['channel'], MessageDescriptor> = {
  other: msg`Other`,
  portal: msg`Portal`,
  store: msg`Store`,
  web: msg`Web`,
  mail: msg`Mail`,
  phone: msg`Phone`,
  chat: msg`Chat`,
  social: msg`Social`,
}

export const needFields: Record<Need['field'], MessageDescriptor> = {
  category: msg`Category`,
  channel: msg`Channel`,
  store: msg`Store`,
}

export const weekdays: Record<'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun', MessageDescriptor> = {
  mon: msg`Monday`,
  tue: msg`Tuesday`,
  wed: msg`Wednesday`,
  thu: msg`Thursday`,
  fri: msg`Friday`,
  sat: msg`Saturday`,
  sun: msg`Sunday`,
}

export const speaks: Record<Speak, { name: MessageDescriptor; text: MessageDescriptor }> = {
  off: { name: msg`It does not matter`, text: msg`Whoever takes it.` },
  preferred: { name: msg`Somebody who speaks it, for a while`, text: msg`Then anybody of the queue.` },
  required: { name: msg`Only somebody who speaks it`, text: msg`Until then the ticket waits.` },
}

/** What keeps a ticket, where no name has to be said. */
export const reasons: Record<Waiting['reason'], MessageDescriptor> = {
  queue_off: msg`the queue is off`,
  nobody_serves: msg`nobody serves the queue`,
  nobody_there: msg`nobody of the queue takes work now`,
  no_skill: msg`nobody there has the skills`,
  no_language: msg`nobody there speaks its language`,
  all_full: msg`all who could take it have enough`,
  declined: msg`whoever could take it has declined`,
  held: msg`held for who spoke last`,
  turn: msg`its turn comes`,
}
