// SPDX-License-Identifier: Apache-2.0
// Changes of tickets: shown at once, taken back by a second change, and what happens where two people change the same.
import type { InfiniteData } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { ApiError, api, ok } from '@/api/client'
import { queries } from '@/base/session'
import { ALL, type Edit, type LinkKind, oneKey, type State, type Ticket, type TicketPage } from './model'

/** Members of an edit that are fields of a ticket: these can be shown before the answer, taken back, and be in conflict. */
const FIELDS = ['state', 'waiting_for', 'title', 'description', 'requester', 'store', 'till', 'channel', 'category', 'services', 'touchpoints', 'impact', 'urgency', 'label', 'queue',
  'assignee', 'watchers', 'resolution', 'custom', 'commander', 'review', 'major'] as const
export type Field = (typeof FIELDS)[number]

/** docs/desk.md: what a state may become. */
const NEXT: Record<State, readonly State[]> = {
  new: ['in_progress', 'waiting', 'resolved', 'cancelled'],
  in_progress: ['waiting', 'resolved', 'cancelled'],
  waiting: ['in_progress', 'resolved', 'cancelled'],
  resolved: ['closed', 'in_progress'],
  closed: ['in_progress'],
  cancelled: ['in_progress'],
}

export function nextStates(state: State): readonly State[] {
  return NEXT[state]
}

export function fieldsOf(edit: Edit): Field[] {
  return FIELDS.filter((field) => edit[field] !== undefined)
}

export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The ticket as it will be, as far as that is known before the answer. */
export function applied(ticket: Ticket, edit: Edit): Ticket {
  const next = { ...ticket, ...Object.fromEntries(fieldsOf(edit).map((field) => [field, edit[field]])) } as Ticket
  if (next.state !== 'waiting') next.waiting_for = ''
  if (edit.label) next.priority = Math.min(next.priority, Number(edit.label[1]))
  return next
}

/** The change that takes another back; null where nothing of it can be: notes stand. What was new cannot be new again. */
export function undoOf(before: Ticket, edit: Edit): Edit | null {
  const fields = fieldsOf(edit).filter((field) => !sameValue(before[field], edit[field]))
  if (fields.length === 0) return null
  const undo = Object.fromEntries(fields.map((field) => [field, before[field]])) as Edit
  if (edit.state !== undefined && undo.state !== undefined) {
    undo.state = NEXT[edit.state].includes(before.state) ? before.state : 'in_progress'
    if (undo.state === 'waiting') undo.waiting_for = before.waiting_for
    else delete undo.waiting_for
    if (undo.state === edit.state) delete undo.state
  } else if (before.waiting_for === '') delete undo.waiting_for
  return fieldsOf(undo).length === 0 ? null : undo
}

export type Conflict = { field: Field; base: unknown; mine: unknown; theirs: unknown }

/** Fields that somebody else has set to another value than this edit, since the ticket was read. */
export function conflictsOf(base: Ticket, edit: Edit, now: Ticket): Conflict[] {
  return fieldsOf(edit).filter((field) => !sameValue(base[field], now[field]) && !sameValue(now[field], edit[field]))
    .map((field) => ({ field, base: base[field], mine: edit[field], theirs: now[field] }))
}

// ---- conflicts that wait for an answer -------------------------------------------------------------------

export type Standing = { edit: Edit; conflicts: Conflict[]; now: Ticket; detail: string }
let standing: Readonly<Record<string, Standing>> = {}
const listeners = new Set<() => void>()

function setStanding(key: string, one: Standing | null) {
  const { [key]: _, ...rest } = standing
  standing = one === null ? rest : { ...rest, [key]: one }
  for (const listener of listeners) listener()
}

export function useStanding(key: string): Standing | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => standing[key],
  )
}

export function settle(key: string) {
  setStanding(key, null)
}

// ---- sending ---------------------------------------------------------------------------------------------

type Lists = InfiniteData<{ data: Ticket[]; total: number; next_cursor: string | null }>

/** Puts a ticket into whatever shows it; what a list sorts by is seen when the list is read again. */
export function show(ticket: Ticket) {
  queries.setQueryData<TicketPage>(oneKey(ticket.key), (page) => (page === undefined ? page : { ...page, ticket }))
  queries.setQueriesData<Lists>({ queryKey: [ALL, 'list'] }, (lists) =>
    lists && { ...lists, pages: lists.pages.map((page) => (page.data.some((one) => one.key === ticket.key) ? { ...page, data: page.data.map((one) => (one.key === ticket.key ? ticket : one)) } : page)) })
}

export function renewLists() {
  void queries.invalidateQueries({ queryKey: [ALL, 'list'] })
  void queries.invalidateQueries({ queryKey: [ALL, 'count'] })
}

async function cancelReads(key: string) {
  await queries.cancelQueries({ queryKey: oneKey(key) })
  await queries.cancelQueries({ queryKey: [ALL, 'list'] })
}

/** An answer that was overtaken by a later one shows nothing. */
function take(page: TicketPage): Ticket {
  const there = queries.getQueryData<TicketPage>(oneKey(page.ticket.key))?.ticket.version ?? 0
  if (there <= page.ticket.version) {
    queries.setQueryData<TicketPage>(oneKey(page.ticket.key), page)
    show(page.ticket)
  }
  renewLists()
  return page.ticket
}

/** Shown at once; taken back where the server refuses. A conflict is put beside the ticket (useStanding) and thrown on. `once`: a retry of the same is not done twice. */
export async function change(ticket: Ticket, edit: Edit, once?: string): Promise<Ticket> {
  const params = { path: { ticket: ticket.key } }
  await cancelReads(ticket.key)
  show(applied(ticket, edit))
  try {
    return take(await ok(api.PATCH('/api/v1/tickets/{ticket}', { params, body: { version: ticket.version, ...edit } as never, ...(once === undefined ? {} : { headers: { 'Idempotency-Key': once } }) })))
  } catch (error) {
    show(ticket)
    // reads were ended above, and another change may have come in between
    void queries.invalidateQueries({ queryKey: oneKey(ticket.key) })
    renewLists()
    if (error instanceof ApiError && error.status === 409) {
      const page = await ok(api.GET('/api/v1/tickets/{ticket}', { params }))
      const conflicts = conflictsOf(ticket, edit, page.ticket)
      take(page)
      if (conflicts.length > 0) setStanding(ticket.key, { edit, conflicts, now: page.ticket, detail: error.detail })
    }
    throw error
  }
}

type Verdict = { ticket: string; code: string; detail: string }

/** At most so many in one request. */
const AT_ONCE = 200

async function send(keys: readonly string[], edit: Edit): Promise<Verdict[]> {
  const all: Verdict[] = []
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const { data } = await ok(api.POST('/api/v1/tickets/bulk', { body: { tickets: keys.slice(at, at + AT_ONCE), change: edit as Record<string, never> } }))
    all.push(...data)
  }
  return all
}

/** Each ticket for itself; those that were not changed, with the reason. */
export async function changeMany(tickets: readonly Ticket[], edit: Edit): Promise<Verdict[]> {
  await queries.cancelQueries({ queryKey: [ALL, 'list'] })
  for (const ticket of tickets) show(applied(ticket, edit))
  try {
    const refused = (await send(tickets.map((one) => one.key), edit)).filter((one) => one.code !== 'ok')
    for (const one of refused) {
      const before = tickets.find((ticket) => ticket.key === one.ticket)
      if (before) show(before)
    }
    return refused
  } catch (error) {
    for (const ticket of tickets) show(ticket)
    throw error
  } finally {
    void queries.invalidateQueries({ queryKey: [ALL, 'one'] })
    renewLists()
  }
}

/** What takes a change of many back: tickets that were alike go together. */
export function undosOf(before: readonly Ticket[], edit: Edit): { keys: string[]; edit: Edit }[] {
  const groups = new Map<string, { keys: string[]; edit: Edit }>()
  for (const ticket of before) {
    const undo = undoOf(ticket, edit)
    if (undo === null) continue
    const name = JSON.stringify(undo)
    const group = groups.get(name)
    if (group) group.keys.push(ticket.key)
    else groups.set(name, { keys: [ticket.key], edit: undo })
  }
  return [...groups.values()]
}

export async function undoMany(before: readonly Ticket[], edit: Edit): Promise<void> {
  for (const group of undosOf(before, edit)) await send(group.keys, group.edit)
  await queries.invalidateQueries({ queryKey: [ALL] })
}

// ---- links, reports, vendors -----------------------------------------------------------------------------

async function renewed<T>(done: Promise<T>): Promise<T> {
  const result = await done
  await queries.invalidateQueries({ queryKey: [ALL] })
  return result
}

export function link(ticket: string, kind: LinkKind, other: string) {
  return renewed(ok(api.POST('/api/v1/tickets/{ticket}/links', { params: { path: { ticket } }, body: { kind, other } })))
}

export function unlink(ticket: string, kind: LinkKind, other: string) {
  return renewed(ok(api.DELETE('/api/v1/tickets/{ticket}/links/{kind}/{other}', { params: { path: { ticket, kind, other } } })))
}

export function merge(ticket: string, into: string) {
  return renewed(ok(api.POST('/api/v1/tickets/{ticket}/merge', { params: { path: { ticket } }, body: { into } })))
}

export function part(ticket: string, report: number) {
  return renewed(ok(api.POST('/api/v1/tickets/{ticket}/reports/{report}/part', { params: { path: { ticket, report: String(report) } } })))
}

export function escalate(ticket: string, vendor: string, message: string) {
  return renewed(ok(api.POST('/api/v1/tickets/{ticket}/escalations', { params: { path: { ticket } }, body: { vendor, message } })))
}

export function answered(ticket: string, escalation: number, answer: string) {
  return renewed(ok(api.POST('/api/v1/tickets/{ticket}/escalations/{escalation}/answer', { params: { path: { ticket, escalation: String(escalation) } }, body: { answer } })))
}
