// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'

export type PrivacyRequest = Schemas['PrivacyRequest']
export type Subject = Schemas['PrivacySubject']
export type Figures = Schemas['PrivacyFigures']
export type Kind = PrivacyRequest['kind']
export type State = PrivacyRequest['state']
export type Channel = PrivacyRequest['channel']

/** What the certificate's object holds; the description leaves it open, its format names it. */
export type Certificate = {
  format: string
  software: string
  persons: number
  requests_in_the_same_pass: number
  log_records: number
  remains: { what: string; ground: string }[]
  register: { id: string; identifiers: number }
}

export const STATES: readonly State[] = ['received', 'approved', 'running', 'failed', 'done', 'refused', 'cancelled']
export const KINDS: readonly Kind[] = ['erasure', 'export']

const ALL = ['privacy'] as const
const PAGE = 50
/** So many pages of 200 are counted; who has more than a thousand waiting reads "and more". */
const COUNTED_PAGES = 5
/** So many names of those a request is about are asked for. */
export const NAMED = 20

/** It is carried out, or soon will be. */
export function moving(state: State): boolean {
  return state === 'approved' || state === 'running'
}

export function isOver(state: State): boolean {
  return state === 'done' || state === 'refused' || state === 'cancelled'
}

/** It may be approved: for the first time, or again. */
export function undecided(state: State): boolean {
  return state === 'received' || state === 'failed'
}

type Asked = { state?: State; limit: number; cursor?: string }

function fetchPage(query: Asked) {
  return ok(api.GET('/api/v1/privacy/requests', { params: { query } }))
}

export function useRequests(state: State | null) {
  return useInfiniteQuery({
    queryKey: [...ALL, 'list', state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => fetchPage({ ...(state === null ? {} : { state }), limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.data.some((one) => moving(one.state))) ? 2000 : 15000),
  })
}

export type Waiting = { received: string[]; failed: string[]; more: boolean }

async function dueOf(state: State): Promise<{ due: string[]; more: boolean }> {
  const due: string[] = []
  let cursor: string | null = null
  for (let n = 0; n < COUNTED_PAGES; n += 1) {
    const page: Awaited<ReturnType<typeof fetchPage>> = await fetchPage({ state, limit: 200, ...(cursor === null ? {} : { cursor }) })
    due.push(...page.data.map((one) => one.due_at))
    cursor = page.next_cursor ?? null
    if (cursor === null) break
  }
  return { due, more: cursor !== null }
}

/** When what needs somebody of the staff is due. */
export function useWaiting() {
  return useQuery({
    queryKey: [...ALL, 'waiting'],
    queryFn: async (): Promise<Waiting> => {
      const [received, failed] = await Promise.all([dueOf('received'), dueOf('failed')])
      return { received: received.due, failed: failed.due, more: received.more || failed.more }
    },
    refetchInterval: 15000,
  })
}

const one = (id: string) => [...ALL, 'one', id]

export function useRequest(id: string) {
  return useQuery({
    queryKey: one(id),
    queryFn: () => ok(api.GET('/api/v1/privacy/requests/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) => (data === undefined ? false : moving(data.state) ? 800 : data.archive_bytes !== null ? 2000 : isOver(data.state) ? false : 10000),
  })
}

async function told(request: PrivacyRequest): Promise<PrivacyRequest> {
  queries.setQueryData(one(request.id), request)
  await Promise.all([queries.invalidateQueries({ queryKey: [...ALL, 'list'] }), queries.invalidateQueries({ queryKey: [...ALL, 'waiting'] })])
  return request
}

export async function addRequest(kind: Kind, subjects: Subject[], note: string): Promise<PrivacyRequest> {
  return told(await ok(api.POST('/api/v1/privacy/requests', { body: { kind, subjects, note } })))
}

export async function approve(id: string): Promise<PrivacyRequest> {
  return told(await ok(api.POST('/api/v1/privacy/requests/{id}/approve', { params: { path: { id } }, body: {} })))
}

export async function refuse(id: string, reason: string): Promise<PrivacyRequest> {
  return told(await ok(api.POST('/api/v1/privacy/requests/{id}/refuse', { params: { path: { id } }, body: { reason } })))
}

export async function cancel(id: string): Promise<PrivacyRequest> {
  return told(await ok(api.POST('/api/v1/privacy/requests/{id}/cancel', { params: { path: { id } }, body: {} })))
}

export function makeLink(id: string) {
  return ok(api.POST('/api/v1/privacy/requests/{id}/link', { params: { path: { id } }, body: {} }))
}

export function usePreview(subjects: readonly Subject[]) {
  return useQuery({
    queryKey: [...ALL, 'preview', subjects],
    queryFn: ({ signal }) => ok(api.POST('/api/v1/privacy/preview', { body: { subjects: [...subjects] }, signal })),
    enabled: subjects.length > 0,
    // whom it is about is not kept longer than it is looked at
    gcTime: 0,
  })
}

export function certificatePath(id: string): string {
  return `/api/v1/privacy/requests/${id}/certificate`
}

export function useCertificate(id: string, enabled: boolean) {
  return useQuery({
    queryKey: [...ALL, 'certificate', id],
    queryFn: () => ok(api.GET('/api/v1/privacy/requests/{id}/certificate', { params: { path: { id } } })),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** The key with which this server signs now. */
export function useKey(enabled: boolean) {
  return useQuery({ queryKey: [...ALL, 'key'], queryFn: async () => (await ok(api.GET('/api/v1/privacy/key'))).public_key, enabled, staleTime: Number.POSITIVE_INFINITY })
}

/** How the persons are called, by id; only of the first ones, and not of those whose name is not known. */
export function useNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const may = useMay('profiles.read')
  return useQueries({
    queries: ids.slice(0, may ? NAMED : 0).map((id) => ({
      queryKey: [...ALL, 'name', id],
      queryFn: async () => ({ id, name: (await ok(api.GET('/api/v1/profiles/{id}', { params: { path: { id } } }))).name }),
    })),
    combine: (all) => new Map(all.flatMap(({ data }) => (data !== undefined && data.name !== '' ? [[data.id, data.name] as const] : []))),
  })
}
