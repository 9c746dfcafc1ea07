// SPDX-License-Identifier: Apache-2.0
// Tickets and what stands beside them, as the server has them.
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, ok, type Schemas } from '@/api/client'
import { usePulse } from '@/base/pulse'
import { queries } from '@/base/session'
import { ALL, type DeskRecord, fetchRecords, policyQuery, type RecordKind } from './named'
import type { Asked } from './views'

export { ALL, type DeskRecord, RECORD_KINDS, type RecordKind, useNamed } from './named'

export type Ticket = Schemas['Ticket']
export type TicketPage = Schemas['TicketPage']
export type Link = TicketPage['links'][number]
export type LinkKind = Schemas['TicketLinkKind']
export type Edit = Omit<Schemas['TicketEdit'], 'public' | 'from_requester' | 'acknowledge'> & { public?: boolean; from_requester?: boolean; acknowledge?: boolean }
export type Why = Schemas['TicketWhy']
export type HistoryRow = Schemas['TicketEvent']
export type Report = Schemas['TicketReport']
export type Escalation = Schemas['TicketEscalation']
export type TicketClock = Schemas['TicketClock']
export type ClockKind = Schemas['SlaClock']
export type StretchWhy = Schemas['SlaWhy']
export type Attachment = Schemas['TicketAttachment']
export type SlaPolicy = Schemas['SlaPolicy']
export type State = Ticket['state']
export type Type = Ticket['type']
export type Person = { id: string; name: string }

export const STATES = ['new', 'in_progress', 'waiting', 'resolved', 'closed', 'cancelled'] as const
export const OPEN: readonly State[] = ['new', 'in_progress', 'waiting']
export const TYPES = ['incident', 'service_request', 'problem', 'change'] as const
export const LEVELS = ['high', 'medium', 'low'] as const
export const LABELS = ['P1', 'P2', 'P3', 'P4', 'P5'] as const
export const PAGE = 50
/** Rows of history or reports that are read at once: of nearly every ticket all. */
const MANY = 500
/** The list is looked at again at most so often while the log grows. */
const FOLLOW_MS = 1500

/** Looks again when the log has grown, at most every `everyMs`; what has grown meanwhile is looked at once that is over. */
export function useFollow(refetch: () => unknown, everyMs = FOLLOW_MS) {
  const beat = usePulse().history.at(-1)
  const seen = useRef<{ end: number; at: number } | undefined>(undefined)
  const late = useRef(false)
  useEffect(() => {
    if (beat === undefined || document.hidden) return
    const before = seen.current
    if (before === undefined) {
      seen.current = { end: beat.end, at: beat.at }
      return
    }
    if (before.end === beat.end && !late.current) return
    if (beat.at - before.at < everyMs) {
      late.current = true
      return
    }
    late.current = before.end !== beat.end
    seen.current = { end: beat.end, at: beat.at }
    refetch()
    // a beat is a new one when its time is
  }, [beat?.at])
}

// ---- the server's clock ---------------------------------------------------------------------------------

type Clock = { now: number; speed: number; read: number }

/** What the server's clock shows, once a second: a demo's runs faster than the wall's, and browsers' clocks are wrong. */
export function useNow(): number {
  const { data } = useQuery({
    queryKey: ['clock'],
    queryFn: async (): Promise<Clock> => {
      const clock = await ok(api.GET('/api/v1/clock'))
      return { now: Date.parse(clock.now), speed: clock.speed, read: Date.now() }
    },
    staleTime: 30000,
    refetchInterval: 30000,
  })
  const [wall, setWall] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setWall(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (data === undefined) return wall
  return data.now + Math.max(0, wall - data.read) * data.speed
}

// ---- lists ----------------------------------------------------------------------------------------------

/** Where a search found a ticket, where its key, title and so on have not all words. */
export type Matched = { number: number; in: 'description' | 'note' | 'internal_note'; seq: number | null; text: string }
type ListPage = { data: Ticket[]; total: number; next_cursor: string | null; matched?: Matched[]; searched?: { reads: boolean; from: number } }

export const listKey = (asked: Asked) => [ALL, 'list', asked] as const

export function useTickets(asked: Asked | null) {
  return useInfiniteQuery({
    queryKey: listKey(asked ?? {}),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<ListPage> =>
      ok(api.GET('/api/v1/tickets', { params: { query: { ...asked, limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) } }, signal })) as Promise<ListPage>,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: asked !== null,
  })
}

export async function countOf(asked: Asked, signal?: AbortSignal): Promise<number> {
  const { total } = await ok(api.GET('/api/v1/tickets', { params: { query: { ...asked, limit: 1 } }, ...(signal ? { signal } : {}) }))
  return total
}

/** Tickets that fit some words, for those who look for one to link or merge. */
export function useFound(search: string, enabled: boolean) {
  return useQuery({
    queryKey: [ALL, 'found', search],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/tickets', { params: { query: { search, limit: 20, ...(search === '' ? { state: 'open', sort: 'changed' as const } : {}) } }, signal }))).data,
    placeholderData: keepPreviousData,
    enabled,
  })
}

// ---- one ticket -----------------------------------------------------------------------------------------

export const oneKey = (key: string) => [ALL, 'one', key] as const

/** What a list shows of it already, until the ticket itself has come. */
function listed(key: string): TicketPage | undefined {
  for (const [, data] of queries.getQueriesData<InfiniteData<ListPage>>({ queryKey: [ALL, 'list'] })) {
    for (const page of data?.pages ?? []) {
      const ticket = page.data.find((one) => one.key === key)
      if (ticket) return { ticket, links: [] }
    }
  }
  return undefined
}

export function useTicket(key: string) {
  return useQuery<TicketPage>({
    queryKey: oneKey(key),
    queryFn: ({ signal }) => ok(api.GET('/api/v1/tickets/{ticket}', { params: { path: { ticket: key } }, signal })),
    placeholderData: () => listed(key),
  })
}

async function allHistory(ticket: string, signal: AbortSignal): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = []
  let cursor: string | null | undefined
  do {
    const page = await ok(api.GET('/api/v1/tickets/{ticket}/history', { params: { path: { ticket }, query: { limit: MANY, ...(cursor ? { cursor } : {}) } }, signal }))
    rows.push(...page.data)
    cursor = page.next_cursor
  } while (cursor)
  return rows
}

/** All of it, oldest first; read anew with each version of the ticket. */
export function useHistory(ticket: Ticket) {
  return useQuery({
    queryKey: [ALL, 'history', ticket.key, ticket.version],
    queryFn: ({ signal }) => allHistory(ticket.key, signal),
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useReports(ticket: Ticket) {
  return useInfiniteQuery({
    queryKey: [ALL, 'reports', ticket.key, ticket.reports],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(api.GET('/api/v1/tickets/{ticket}/reports', { params: { path: { ticket: ticket.key }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useEscalations(ticket: Ticket, enabled = true) {
  return useQuery({
    queryKey: [ALL, 'escalations', ticket.key, ticket.version],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/tickets/{ticket}/escalations', { params: { path: { ticket: ticket.key } }, signal }))).data,
    placeholderData: keepPreviousData,
    enabled,
  })
}

// ---- clocks ---------------------------------------------------------------------------------------------

/** The due instant moves with the calendar only: what is left is counted here. */
export function useClocks(ticket: Ticket) {
  return useQuery({
    queryKey: [ALL, 'clocks', ticket.key, ticket.version],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/tickets/{ticket}/clocks', { params: { path: { ticket: ticket.key } }, signal })),
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key ? before : undefined),
    refetchInterval: 15000,
  })
}

export function useExplanation(ticket: Ticket, clock: ClockKind) {
  return useQuery({
    queryKey: [ALL, 'clocks', ticket.key, ticket.version, clock],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/tickets/{ticket}/clocks/{clock}/explanation', { params: { path: { ticket: ticket.key, clock } }, signal })),
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key && query.queryKey[4] === clock ? before : undefined),
    refetchInterval: 15000,
  })
}

// ---- files ----------------------------------------------------------------------------------------------

export function useAttachments(ticket: Ticket) {
  return useQuery({
    queryKey: [ALL, 'files', ticket.key, ticket.version],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/tickets/{ticket}/attachments', { params: { path: { ticket: ticket.key } }, signal }))).data,
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key ? before : undefined),
  })
}

export const fileOf = (ticket: string, attachment: number) => `/api/v1/tickets/${ticket}/attachments/${attachment}`

// ---- records, policy, people ----------------------------------------------------------------------------

export const recordsKey = (kind: RecordKind) => [ALL, 'records', kind] as const

export function useRecords(kind: RecordKind, enabled = true) {
  return useQuery({ queryKey: recordsKey(kind), queryFn: () => fetchRecords(kind), staleTime: 60000, enabled })
}

/** What a record says by a name; its form depends on the kind (docs/desk.md). */
export function said<T>(record: DeskRecord, name: string): T | undefined {
  return (record.record as Record<string, unknown>)[name] as T | undefined
}

export function usePolicy() {
  return useQuery(policyQuery)
}

/** Everything of the desk is looked at again. */
export function renew() {
  return queries.invalidateQueries({ queryKey: [ALL] })
}

/** Tickets only: records and the policy change seldom. */
export function renewTickets() {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === ALL && ['list', 'count', 'one', 'reports', 'escalations', 'clocks'].includes(String(queryKey[1])) })
}
