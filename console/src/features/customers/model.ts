// SPDX-License-Identifier: Apache-2.0
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { ApiError, api, ok, type Schemas } from '@/api/client'
import { usePulse } from '@/base/pulse'
import { queries } from '@/base/session'

export type Profile = Schemas['Profile']
export type Hit = Schemas['ProfileHit']
export type Node = Schemas['ProfileNode']
export type Trait = Schemas['ProfileTrait']
export type Link = Schemas['ProfileLink']
export type Barrier = Schemas['ProfileBarrier']
export type Context = Schemas['ProfileContext']
export type LoggedEvent = Schemas['ExportedEvent'] & Record<string, unknown>
type Page<T> = { data: T[]; next_cursor?: string | null | undefined }

export const ALL = 'customers'
/** Events of one page of the timeline. */
export const PAGE = 50
/** How many links and do-not-links are read at once: more than a person has identifiers. */
const MANY = 100
/** After the log has grown, the profile is looked at on so many beats: the view is some milliseconds behind the log. */
const BEATS = 3

/** After a start the customers are read in first; the server says so (503) and when to ask again. */
export const patient = {
  retry: (count: number, error: Error) => (error instanceof ApiError && error.status === 503 ? count < 600 : count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500)),
  retryDelay: (count: number, error: Error) => (error instanceof ApiError && error.retryAfterS !== null ? Math.max(1, error.retryAfterS) : 2 ** count) * 1000,
} as const

/** Whether the query waits for the server to have read its customers in. */
export function stillLoading(query: { data: unknown; failureReason: Error | null }): boolean {
  return query.data === undefined && query.failureReason instanceof ApiError && query.failureReason.status === 503
}

export function useSearch(text: string, limit = 20) {
  return useQuery({
    queryKey: [ALL, 'search', text, limit],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/profiles', { params: { query: { search: text, limit } }, signal }))).data,
    placeholderData: keepPreviousData,
    staleTime: 2000,
    refetchInterval: text === '' ? 5000 : false,
    ...patient,
  })
}

export function useCustomer(id: string | null) {
  return useQuery({
    queryKey: [ALL, 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/profiles/{id}', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== null,
    ...patient,
  })
}

/** Looks at the person again whenever the log has grown: the server's beat says so once a second. */
export function useFollow(refetch: () => unknown) {
  const beat = usePulse().history.at(-1)
  const end = useRef<number | undefined>(undefined)
  const left = useRef(0)
  useEffect(() => {
    if (beat === undefined || document.hidden) return
    if (end.current !== undefined && end.current !== beat.end) left.current = BEATS
    end.current = beat.end
    if (left.current === 0) return
    left.current -= 1
    refetch()
    // a beat is a new one when its time is
  }, [beat?.at])
}

// ---- timeline ------------------------------------------------------------------------------------------

export type EventPage = Page<LoggedEvent>

async function fetchEvents(id: string, cursor: string | undefined, signal?: AbortSignal): Promise<EventPage> {
  const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
  return (await ok(api.GET('/api/v1/profiles/{id}/timeline', { params: { path: { id }, query }, ...(signal ? { signal } : {}) }))) as EventPage
}

const timelineKey = (id: string) => [ALL, 'timeline', id]

export const positionOf = (event: LoggedEvent): number => event._patron.position ?? -1

/** What came since, put before what is there; null: so much that the list is not whole any more. */
export function withNewest(pages: readonly EventPage[], newest: EventPage): { pages: EventPage[]; added: number } | null {
  const first = pages[0]
  if (first === undefined) return null
  const known = new Set(pages.flatMap((page) => page.data.map(positionOf)))
  const fresh = newest.data.filter((event) => !known.has(positionOf(event)))
  if (fresh.length > 0 && fresh.length === newest.data.length && known.size > 0) return null
  if (fresh.length === 0) return { pages: [...pages], added: 0 }
  const data = [...fresh, ...first.data].sort((a, b) => positionOf(b) - positionOf(a))
  return { pages: [{ ...first, data }, ...pages.slice(1)], added: fresh.length }
}

async function renewTimeline(id: string, expected: number) {
  const newest = await fetchEvents(id, undefined)
  const before = queries.getQueryData<InfiniteData<EventPage>>(timelineKey(id))
  if (before === undefined) return
  const next = withNewest(before.pages, newest)
  // as many as the profile says is as many as came; else somebody was merged in or split off
  if (next === null || next.added !== expected) await queries.invalidateQueries({ queryKey: timelineKey(id) })
  else if (next.added > 0) queries.setQueryData<InfiniteData<EventPage>>(timelineKey(id), { ...before, pages: next.pages })
}

/** A person's events, newest first; what is new comes by itself with the profile's version. */
export function useTimeline(profile: Profile) {
  const { id, version, events } = profile
  const seen = useRef({ id, version, events })
  const query = useInfiniteQuery({
    queryKey: timelineKey(id),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => fetchEvents(id, pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    ...patient,
  })
  const ready = query.data !== undefined
  useEffect(() => {
    const before = seen.current
    if (!ready) return
    seen.current = { id, version, events }
    if (before.id !== id || before.version === version) return
    renewTimeline(id, events - before.events).catch(() => undefined)
  }, [id, version, events, ready])
  return query
}

/** One event by its position in the log, for those who may see events. */
export function useOneEvent(position: number | null, enabled: boolean) {
  return useQuery({
    queryKey: ['events', position],
    queryFn: async () => (await ok(api.GET('/api/v1/events/{offset}', { params: { path: { offset: position ?? 0 } } }))) as LoggedEvent,
    enabled: enabled && position !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

// ---- identity ------------------------------------------------------------------------------------------

/** Identifiers come and go with merges and splits only: then the story and the do-not-links are read again. */
const shape = (profile: Profile) => profile.nodes.map((node) => node.number).join()

export function useLinks(profile: Profile) {
  return useQuery({
    queryKey: [ALL, 'links', profile.id, shape(profile)],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/profiles/{id}/links', { params: { path: { id: profile.id }, query: { limit: MANY } }, signal })),
    placeholderData: keepPreviousData,
    ...patient,
  })
}

export function useBarriers(profile: Profile) {
  return useQuery({
    queryKey: [ALL, 'barriers', profile.id, shape(profile)],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/profiles/{id}/barriers', { params: { path: { id: profile.id }, query: { limit: MANY } }, signal })),
    placeholderData: keepPreviousData,
    ...patient,
  })
}

export function useContext(profile: Profile) {
  return useQuery({
    queryKey: [ALL, 'context', profile.id, profile.version],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/profiles/{id}/context', { params: { path: { id: profile.id } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10000,
    ...patient,
  })
}

// ---- what staff decide ---------------------------------------------------------------------------------

export async function renewed<T>(change: Promise<T>): Promise<T> {
  const result = await change
  await queries.invalidateQueries({ queryKey: [ALL] })
  return result
}

export function merge(id: string, other: string, reason: string): Promise<Profile> {
  return renewed(ok(api.POST('/api/v1/profiles/{id}/merge', { params: { path: { id } }, body: { other, reason } })))
}

export function split(id: string, nodes: number[], reason: string): Promise<Profile> {
  return renewed(ok(api.POST('/api/v1/profiles/{id}/split', { params: { path: { id } }, body: { nodes, reason } })))
}

async function liftAll(numbers: readonly number[]) {
  for (const number of numbers) await ok(api.DELETE('/api/v1/profiles/barriers/{number}', { params: { path: { number: String(number) } } }))
}

export function lift(numbers: readonly number[]): Promise<void> {
  return renewed(liftAll(numbers))
}

/** Takes a merge back: what came with the other goes again. The story's newest merge of `person` says what that was. */
export async function undoMerge(id: string, reason: string): Promise<Profile> {
  const { data } = await ok(api.GET('/api/v1/profiles/{id}/links', { params: { path: { id }, query: { limit: MANY } } }))
  const link = data.find((one) => one.kind === 'person' && !one.refused)
  if (link === undefined) throw new Error('no merge to take back')
  return split(id, link.nodes, reason)
}

/** Takes a split back: what keeps the two apart is lifted, then they are merged. */
export async function undoSplit(id: string, parted: string, reason: string): Promise<Profile> {
  const { data } = await ok(api.GET('/api/v1/profiles/{id}/barriers', { params: { path: { id }, query: { limit: MANY } } }))
  await liftAll(data.filter((one) => one.other_person === parted).map((one) => one.number))
  return merge(id, parted, reason)
}
