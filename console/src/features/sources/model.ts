// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'

export type Source = Schemas['Source']
export type SourceStats = Schemas['SourceStats']
export type SourceEdit = Schemas['SourceEdit']

export const SOURCES = ['sources'] as const

export function useSources() {
  return useQuery({ queryKey: SOURCES, queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [] })
}

export function useSource(id: string) {
  return useQuery({ queryKey: [...SOURCES, id], queryFn: () => ok(api.GET('/api/v1/sources/{source}', { params: { path: { source: id } } })) })
}

/** Totals by source id; renewed every ten seconds, the live rates come from the pulse. */
export function useStats() {
  const may = useMay('events.read')
  return useQuery({
    queryKey: ['stats', 'sources'],
    queryFn: async () => new Map((await ok(api.GET('/api/v1/stats/sources'))).data?.map((s) => [s.source_id ?? '', s])),
    enabled: may,
    refetchInterval: 10000,
  })
}

export function usePlans() {
  const may = useMay('plans.read')
  return useQuery({ queryKey: ['plans'], queryFn: async () => (await ok(api.GET('/api/v1/plans'))).data, enabled: may })
}

async function renew() {
  await queries.invalidateQueries({ queryKey: SOURCES })
}

export async function addSource(body: SourceEdit & { name: string }): Promise<Source> {
  const made = await ok(api.POST('/api/v1/sources', { body }))
  await renew()
  return made
}

export async function changeSource(id: string, body: SourceEdit): Promise<Source> {
  const changed = await ok(api.PATCH('/api/v1/sources/{source}', { params: { path: { source: id } }, body }))
  await renew()
  return changed
}

export async function rotateKey(id: string): Promise<Source> {
  const changed = await ok(api.POST('/api/v1/sources/{source}/rotate', { params: { path: { source: id } } }))
  await renew()
  return changed
}

export async function assignPlan(id: string, plan: string | null): Promise<void> {
  await ok(api.PUT('/api/v1/sources/{source}/plan', { params: { path: { source: id } }, body: { plan } }))
  await Promise.all([renew(), queries.invalidateQueries({ queryKey: ['plans'] })])
}
