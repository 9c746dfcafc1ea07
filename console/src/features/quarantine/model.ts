// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import type { Filter, Reason } from './filter'
import type { Outcome, Step } from './redrive'

export type Quarantined = Schemas['Quarantined']
export type LoggedEvent = Schemas['ExportedEvent']

function queryOf({ source, reason, state }: Filter) {
  return { state, ...(source === undefined ? {} : { source }), ...(reason === undefined ? {} : { reason }) }
}

const KEY = ['quarantine'] as const
const PAGE = 200

export function useQuarantine(filter: Filter) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'list', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/quarantine', { params: { query: { ...queryOf(filter), limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // further down one reads what was: only a list at its top renews itself
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : 10000),
  })
}

export type Counts = { of: ReadonlyMap<Reason, number>; looked: number; complete: boolean }

const COUNT_PAGES = 4
const COUNT_PAGE = 500

/** How many by reason among the newest; the reason that is chosen does not narrow it. */
export function useCounts({ source, state }: Filter) {
  return useQuery({
    queryKey: [...KEY, 'counts', source, state],
    queryFn: async (): Promise<Counts> => {
      const of = new Map<Reason, number>()
      let looked = 0
      let cursor: string | null = null
      for (let page = 0; page < COUNT_PAGES; page += 1) {
        const query = { ...queryOf({ source, state, reason: undefined }), limit: COUNT_PAGE, ...(cursor === null ? {} : { cursor }) }
        const answer: { data: Quarantined[]; next_cursor: string | null } = await ok(api.GET('/api/v1/quarantine', { params: { query } }))
        for (const { reason } of answer.data) of.set(reason, (of.get(reason) ?? 0) + 1)
        looked += answer.data.length
        cursor = answer.next_cursor
        if (cursor === null) break
      }
      return { of, looked, complete: cursor === null }
    },
  })
}

/** One of them by its position, whatever the list shows; null when there is none. */
export function useOne(position: number | null) {
  return useQuery({
    queryKey: [...KEY, 'one', position],
    queryFn: async (): Promise<Quarantined | null> => {
      const query = { state: 'any' as const, limit: 1, cursor: String((position ?? 0) + 1) }
      const { data } = await ok(api.GET('/api/v1/quarantine', { params: { query } }))
      return data.find((q) => q.position === position) ?? null
    },
    enabled: position !== null,
  })
}

export function useEvent(position: number) {
  return useQuery({
    queryKey: ['events', position],
    queryFn: () => ok(api.GET('/api/v1/events/{offset}', { params: { path: { offset: position } } })),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** The text exactly as the client sent it. */
export function useRaw(position: number) {
  return useQuery({
    queryKey: ['events', position, 'raw'],
    queryFn: async () => {
      const query = { from: position, to: position + 1, class: 'all' as const, raw: 1 }
      const text: unknown = await ok(api.GET('/api/v1/events/export', { params: { query }, parseAs: 'text' }))
      return String(text).replace(/\n$/, '')
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useSourceNames() {
  const may = useMay('sources.read')
  return useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may })
}

const VIEW_MS = 800

/** The list is a view of the log and follows it within a moment: looked at now and once more behind that. */
export function renew() {
  void queries.invalidateQueries({ queryKey: KEY })
  setTimeout(() => void queries.invalidateQueries({ queryKey: KEY }), VIEW_MS)
}

/** As many positions as the server takes in one call. */
const AT_ONCE = 1000

/** Redrives by position, corrected where a text is given (then only one). */
export async function redrive(positions: readonly number[], patch?: string): Promise<Outcome> {
  const sum: Outcome = { redriven: 0, refused: 0, failed: [] }
  for (let i = 0; i < positions.length; i += AT_ONCE) {
    const body = { positions: positions.slice(i, i + AT_ONCE), ...(patch === undefined ? {} : { patch }) }
    const answer = await ok(api.POST('/api/v1/quarantine/redrive', { body }))
    sum.redriven += answer.redriven ?? 0
    for (const f of answer.failed ?? []) sum.failed.push({ position: f.position ?? 0, reason: f.reason ?? '' })
  }
  sum.refused = sum.failed.length
  return sum
}

export async function redriveStep(filter: Pick<Filter, 'source' | 'reason'>, from: number): Promise<Step> {
  const { source, reason } = filter
  const body = { all: true, from, ...(source === undefined ? {} : { source }), ...(reason === undefined ? {} : { reason }) }
  const answer = await ok(api.POST('/api/v1/quarantine/redrive', { body }))
  return { redriven: answer.redriven ?? 0, refused: answer.refused ?? 0, nextFrom: answer.next_from ?? null }
}
