// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ApiError, api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'
import { before } from './address'
import type { Answer, Cell } from './answer'
import type { Json } from './sets'

export type Report = Omit<Schemas['Report'], 'query' | 'shown'> & { query: Json; shown: Json }
export type Person = Schemas['AnalyticsPerson']
/** What is kept of a report. */
export type Edit = { name: string; description: string; query: Json; shown: Json }
/** What happened on a day, as somebody has written it down beside a chart. */
export type Note = { at: string; text: string }
export type Shown = { compare: boolean; notes: Note[] }

export const ASKED = ['analytics', 'asked'] as const
const REPORTS = ['reports'] as const
const PAGE = 50
/** The most of a page of people, for a file. */
const FILE_PAGE = 10000

export const shownOf = (json: Json | null): Shown => ({
  compare: json?.compare === true,
  notes: (Array.isArray(json?.notes) ? (json.notes as unknown[]) : []).filter((one): one is Note => typeof (one as Note | null)?.at === 'string' && typeof (one as Note).text === 'string').map(({ at, text }) => ({ at, text })),
})
export const shownJson = ({ compare, notes }: Shown): Json => ({ ...(compare ? { compare } : {}), ...(notes.length > 0 ? { notes } : {}) })

const ask = (query: Json, signal: AbortSignal) => ok(api.POST('/api/v1/analytics/query', { body: query as never, signal })) as Promise<Answer>

/** The answer to a question; null: it is not whole yet. What is asked anew ends what was asked before; the last answer stays until the next is there. */
export function useAnswer(query: Json | null) {
  return useQuery({
    queryKey: [...ASKED, query],
    queryFn: ({ signal }) => ask(query ?? {}, signal),
    enabled: query !== null,
    placeholderData: keepPreviousData,
    gcTime: 120000,
    retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
  })
}

/** The same of as long a time right before. */
export function useBefore(query: Json | null, begin: string | null) {
  return useQuery({
    queryKey: [...ASKED, 'before', query, begin],
    queryFn: ({ signal }) => ask(before(query ?? {}, begin ?? ''), signal),
    enabled: query !== null && begin !== null,
    gcTime: 120000,
  })
}

/** What there is to ask about: names of events, and of what they hold. */
export function useNames() {
  const { data } = useQuery({ queryKey: ['analytics', 'names'], queryFn: () => ok(api.GET('/api/v1/analytics/names')), staleTime: 60000 })
  return data
}

export function usePeople(query: Json, cell: Cell) {
  return useInfiniteQuery({
    queryKey: ['analytics', 'people', query, cell],
    queryFn: async ({ pageParam, signal }) => {
      const page = await ok(api.POST('/api/v1/analytics/people', { body: { query: query as never, cell, limit: PAGE, format: 'json', ...(pageParam === null ? {} : { cursor: pageParam }) }, signal }))
      return page as unknown as { data: Person[]; count: number; next_cursor: string | null }
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    retry: false,
    staleTime: 60000,
  })
}

/** All of them, page by page, for a file. */
export async function allPeople(query: Json, cell: Cell): Promise<Person[]> {
  const all: Person[] = []
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page = (await ok(api.POST('/api/v1/analytics/people', { body: { query: query as never, cell, limit: FILE_PAGE, format: 'json', ...(cursor === null ? {} : { cursor }) } }))) as unknown as { data: Person[]; next_cursor: string | null }
    all.push(...page.data)
    cursor = page.next_cursor
  }
  return all
}

// --- saved questions ---------------------------------------------------------------------------------------

export function useReports() {
  return useQuery({ queryKey: REPORTS, queryFn: async () => (await ok(api.GET('/api/v1/reports'))).data as unknown as Report[] })
}

export function useReport(id: string) {
  return useQuery({
    queryKey: [...REPORTS, id],
    queryFn: async () => (await ok(api.GET('/api/v1/reports/{id}', { params: { path: { id } } }))) as unknown as Report,
  })
}

const renew = () => queries.invalidateQueries({ queryKey: REPORTS, exact: true })

export async function addReport(edit: Edit): Promise<Report> {
  const made = (await ok(api.POST('/api/v1/reports', { body: edit as never }))) as unknown as Report
  queries.setQueryData([...REPORTS, made.id], made)
  await renew()
  return made
}

export async function saveReport(id: string, version: number, edit: Edit): Promise<Report> {
  const saved = (await ok(api.PUT('/api/v1/reports/{id}', { params: { path: { id } }, body: { ...edit, version } as never }))) as unknown as Report
  queries.setQueryData([...REPORTS, id], saved)
  await renew()
  return saved
}

export async function deleteReport(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/reports/{id}', { params: { path: { id } } }))
  queries.removeQueries({ queryKey: [...REPORTS, id] })
  await renew()
}
