// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import type { Draft, Rule } from './draft'
import type { Json } from './schema'

export type PlanSummary = Schemas['PlanSummary']
export type Plan = Omit<Schemas['Plan'], 'rules'> & { rules: Rule[] }
export type Check = Schemas['PlanCheck']
export type Violation = Schemas['PlanViolations']

const KEY = ['plans'] as const

export function usePlans() {
  return useQuery({ queryKey: KEY, queryFn: async () => (await ok(api.GET('/api/v1/plans'))).data })
}

export function usePlan(id: string | null) {
  return useQuery({
    queryKey: [...KEY, 'one', id],
    queryFn: async () => (await ok(api.GET('/api/v1/plans/{plan}', { params: { path: { plan: id ?? '' } } }))) as unknown as Plan,
    enabled: id !== null,
  })
}

export function useVersions(id: string) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'versions', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/plans/{plan}/versions', { params: { path: { plan: id }, query: { limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
}

export function useVersion(id: string, version: number | null) {
  return useQuery({
    queryKey: [...KEY, 'version', id, version],
    queryFn: async () => (await ok(api.GET('/api/v1/plans/{plan}/versions/{version}', { params: { path: { plan: id, version: String(version) } } }))) as unknown as Plan,
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export type Span = { plan: string; type?: Rule['type']; name?: string; hours: number }

function since(hours: number): string {
  return new Date(Date.now() - (hours - 1) * 3600000).toISOString()
}

/** Violating events by the hour. */
export function useSeries({ hours, ...rest }: Span, enabled = true) {
  const may = useMay('plans.read')
  return useQuery({
    queryKey: [...KEY, 'series', hours, rest],
    queryFn: async () => (await ok(api.GET('/api/v1/plans/violations', { params: { query: { ...rest, since: since(hours) } } }))).data,
    enabled: enabled && may,
    refetchInterval: 60000,
  })
}

/** What is violated most. */
export function useTop(plan: string, hours: number) {
  return useQuery({
    queryKey: [...KEY, 'top', plan, hours],
    queryFn: async () => (await ok(api.GET('/api/v1/plans/violations/top', { params: { query: { plan, since: since(hours), limit: 500 } } }))).data,
    refetchInterval: 60000,
  })
}

export type ViolatingOf = { plan: string; type: string; name: string; path: string; keyword: string }

export function useViolating(of: ViolatingOf | null, hours: number) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'violating', of, hours],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => {
      const { type, name, ...rest } = of ?? { plan: '', type: 'track', name: '', path: '', keyword: '' }
      const query = { ...rest, type: type as Rule['type'], ...(name === '' ? {} : { name }), since: since(hours), limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) }
      return ok(api.GET('/api/v1/plans/violations/events', { params: { query } }))
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: of !== null,
  })
}

export function useSourceNames() {
  const may = useMay('sources.read')
  return useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may })
}

async function renew() {
  await queries.invalidateQueries({ queryKey: KEY })
}

export async function addPlan(draft: Draft, note: string): Promise<Plan> {
  // rules hold schemas of any members, which the description's types cannot say
  const made = await ok(api.POST('/api/v1/plans', { body: { ...draft, note } as never }))
  void renew()
  return made as unknown as Plan
}

export async function savePlan(id: string, draft: Draft, base: number, note: string): Promise<Plan> {
  const saved = (await ok(api.PUT('/api/v1/plans/{plan}', { params: { path: { plan: id } }, body: { ...draft, base_version: base, note } as never }))) as unknown as Plan
  queries.setQueryData([...KEY, 'one', id], saved)
  void renew()
  return saved
}

export async function deletePlan(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/plans/{plan}', { params: { path: { plan: id } } }))
  void queries.invalidateQueries({ queryKey: KEY, exact: true })
}

export async function assign(source: string, plan: string | null): Promise<void> {
  await ok(api.PUT('/api/v1/sources/{source}/plan', { params: { path: { source } }, body: { plan } }))
  await renew()
}

export function checkPlan(draft: Draft, what: { event?: Json; source?: string; last?: number }): Promise<Check> {
  const name = draft.name.trim() || 'draft'
  return ok(api.POST('/api/v1/plans/check', { body: { plan: { ...draft, name }, ...what } as never }))
}

export async function inferPlan(source: string, last: number, name: string): Promise<{ plan: Draft; events: number; complete: boolean }> {
  const answer = await ok(api.POST('/api/v1/plans/infer', { body: { source, last, ...(name === '' ? {} : { name }) } }))
  return { ...answer, plan: answer.plan as unknown as Draft }
}

export async function convertPlan(document: Json, name: string): Promise<{ plan: Draft; format: string; notes: string[] }> {
  const answer = await ok(api.POST('/api/v1/plans/convert', { body: { document, ...(name === '' ? {} : { name }) } as never }))
  return { ...answer, plan: answer.plan as unknown as Draft }
}

// --- a draft on its way to the editor ------------------------------------------------------------------------

let waiting: { draft: Draft; notes: string[] } | null = null

/** Keeps a draft that is not saved yet for the page /plans/new. */
export function handOver(draft: Draft, notes: string[]) {
  waiting = { draft, notes }
}

export function handedOver(): { draft: Draft; notes: string[] } | null {
  return waiting
}
