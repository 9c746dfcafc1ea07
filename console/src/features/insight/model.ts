// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { beginOf, RANGES, type Range, UNITS } from './figures'

export type Figures = Schemas['DeskFigures']
export type BehindTicket = Schemas['FigureTicket']
export type Survey = Schemas['Survey']
export type Invitation = Schemas['SurveyInvitation']

export const BYS = ['queue', 'store', 'category', 'channel', 'priority', 'type'] as const
export type By = (typeof BYS)[number]
export const BEHINDS = ['resolved', 'first', 'not_first', 'provisional', 'met', 'breached', 'answered', 'satisfied', 'unsatisfied'] as const
export type Behind = (typeof BEHINDS)[number]

const RENEW_MS = 30000

/** What the page is about, as its address says. */
export type View = { range: Range; by: By; filters: Partial<Record<By, string>> }

export function useView(): View {
  const [url] = useUrl()
  const filters = Object.fromEntries(BYS.flatMap((by) => (url[by] === undefined ? [] : [[by, url[by] === '-' ? '' : url[by]]])))
  return { range: oneOf(url.range, RANGES), by: oneOf(url.by, BYS), filters }
}

function queryOf(view: View, zone: string) {
  return { from: beginOf(view.range, Date.now(), zone), ...view.filters }
}

export function useFigures(view: View, zone: string) {
  return useQuery({
    queryKey: ['insight', 'desk', view, zone],
    queryFn: () => ok(api.GET('/api/v1/insight/desk', { params: { query: { ...queryOf(view, zone), zone, unit: UNITS[view.range], by: view.by } } })),
    placeholderData: keepPreviousData,
    refetchInterval: RENEW_MS,
  })
}

/** Where the same figures come as CSV. */
export function exportHref(view: View, zone: string): string {
  return `/api/v1/insight/desk/export?${new URLSearchParams({ ...queryOf(view, zone), zone, unit: UNITS[view.range], by: view.by }).toString()}`
}

export async function fetchCheckout(view: View, zone: string) {
  return ok(api.GET('/api/v1/insight/desk/checkout', { params: { query: { from: beginOf(view.range, Date.now(), zone) } } }))
}

export type Checkout = Awaited<ReturnType<typeof fetchCheckout>>

export function useCheckout(view: View, zone: string) {
  return useQuery({ queryKey: ['insight', 'checkout', view.range, zone], queryFn: () => fetchCheckout(view, zone), placeholderData: keepPreviousData })
}

export type Drill = { behind: Behind; clock: 'response' | 'resolution' }

export function useBehind(view: View, zone: string, { behind, clock }: Drill) {
  return useInfiniteQuery({
    queryKey: ['insight', 'tickets', view.range, view.filters, zone, behind, clock],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/insight/desk/tickets', { params: { query: { ...queryOf(view, zone), behind, clock, limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
}

export function useSurveys() {
  return useQuery({ queryKey: ['surveys', 'list'], queryFn: async () => (await ok(api.GET('/api/v1/surveys'))).data })
}

export function useAnswers() {
  return useInfiniteQuery({
    queryKey: ['surveys', 'answers'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/surveys/answers', { params: { query: pageParam === undefined ? {} : { cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
}

export type SurveyEdit = Pick<Survey, 'name' | 'question' | 'scale' | 'channels' | 'active' | 'sample' | 'quiet_days' | 'expiry_days' | 'version'>

export async function putSurvey(id: string, body: SurveyEdit): Promise<Survey> {
  const now = await ok(api.PUT('/api/v1/surveys/{survey}', { params: { path: { survey: id } }, body }))
  await queries.invalidateQueries({ queryKey: ['surveys', 'list'] })
  return now
}
