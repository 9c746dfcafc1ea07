// SPDX-License-Identifier: Apache-2.0
// Probable duplicates: pairs of persons that the server proposes, and what staff decide of them.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { setDecision } from './decisions'
import { ALL, patient, renewed } from './model'

export type Pair = Schemas['Duplicate']
export type Evidence = Schemas['DuplicateEvidence']
export type Person = Schemas['DuplicatePerson']

export const STATUSES = ['open', 'accepted', 'refused'] as const
export type Status = (typeof STATUSES)[number]

const KEY = [ALL, 'duplicates'] as const
const PAGE = 50
/** Pairs come and go with events. */
const RENEW_MS = 15000

export function usePairs(status: Status) {
  return useInfiniteQuery({
    queryKey: [...KEY, status],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(api.GET('/api/v1/duplicates', { params: { query: { status, limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: RENEW_MS,
    ...patient,
  })
}

export function useOnePair(id: string | null) {
  return useQuery({
    queryKey: [...KEY, 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/duplicates/{id}', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== null && id !== 'none',
    retry: false,
  })
}

/** How many pairs wait: as many as were read, and whether there are more. */
export function useOpenCount(): { count: number; more: boolean } | null {
  const { data, hasNextPage } = usePairs('open')
  return data === undefined ? null : { count: data.pages.reduce((sum, page) => sum + page.data.length, 0), more: hasNextPage }
}

/** Open pairs that this person is one of. */
export function usePairsOf(id: string) {
  return useQuery({
    queryKey: [...KEY, 'of', id],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/profiles/{id}/duplicates', { params: { path: { id } }, signal }))).data,
    refetchInterval: RENEW_MS,
    ...patient,
  })
}

/** The two are one person. What came together is told like any merge, with the way back. */
export async function accept(pair: Pair, reason: string): Promise<void> {
  const before = await Promise.all(pair.persons.map(({ id }) => ok(api.GET('/api/v1/profiles/{id}', { params: { path: { id } } }))))
  await renewed(ok(api.POST('/api/v1/duplicates/{id}/accept', { params: { path: { id: pair.id } }, body: { reason } })))
  const one = await ok(api.GET('/api/v1/profiles/{id}', { params: { path: { id: pair.persons[0]?.id ?? '' } } }))
  const other = before.find((profile) => profile.id !== one.id)
  if (other === undefined) return
  setDecision({ kind: 'merged', id: one.id, other: { id: other.id, name: other.name || (other.nodes[0]?.value ?? '') }, count: other.nodes.length, events: other.events })
}

export async function refuse(pair: Pair, reason: string): Promise<void> {
  await renewed(ok(api.POST('/api/v1/duplicates/{id}/refuse', { params: { path: { id: pair.id } }, body: { reason } })))
  setDecision(null)
}

/** The one to look at after this one is decided: the next, else the one before. */
export function afterwards(pairs: readonly Pair[], id: string): string | null {
  const at = pairs.findIndex((pair) => pair.id === id)
  return (pairs[at + 1] ?? pairs[at - 1])?.id ?? null
}

/** Strongest first; of equals those that speak for one person. */
export function byWeight(evidence: readonly Evidence[]): Evidence[] {
  return [...evidence].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || b.weight - a.weight)
}
