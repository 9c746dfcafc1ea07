// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError, api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import type { Json } from './fold'

export type Definition = Omit<Schemas['ComputedTrait'], 'fold'> & { fold: Json }
export type Draft = { name: string; description: string; fold: Json }

const KEY = ['computed'] as const
/** While a definition is worked through the history, its progress is looked at this often. */
const PROGRESS_MS = 1000

export function useDefinitions(enabled = true) {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await ok(api.GET('/api/v1/computed-traits'))).data as unknown as Definition[],
    enabled,
    refetchInterval: (query) => (query.state.data?.some((one) => one.state === 'backfill') ? PROGRESS_MS : false),
  })
}

export function useDefinition(id: string | null) {
  return useQuery({
    queryKey: [...KEY, 'one', id],
    queryFn: async () => (await ok(api.GET('/api/v1/computed-traits/{id}', { params: { path: { id: id ?? '' } } }))) as unknown as Definition,
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === 'backfill' ? PROGRESS_MS : false),
  })
}

/** What persons seen last would have; null: the fold is not whole yet. The last answer stays until the next is there. */
export function usePreview(fold: Json | null) {
  return useQuery({
    queryKey: [...KEY, 'preview', fold],
    queryFn: ({ signal }) => ok(api.POST('/api/v1/computed-traits/preview', { body: { fold } as never, signal })),
    enabled: fold !== null,
    placeholderData: keepPreviousData,
    staleTime: 10000,
    gcTime: 30000,
    retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
  })
}

/** Names of events that were seen, most frequent first. */
export function useEventNames(): string[] {
  const may = useMay('events.read')
  const { data } = useQuery({ queryKey: ['stats', 'names'], queryFn: async () => (await ok(api.GET('/api/v1/stats/sources'))).data ?? [], enabled: may, staleTime: 60000 })
  return useMemo(() => {
    const sums = new Map<string, number>()
    for (const one of (data ?? []).flatMap((source) => source.names ?? [])) if (one.name) sums.set(one.name, (sums.get(one.name) ?? 0) + (one.events ?? 0))
    return [...sums].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  }, [data])
}

async function renew() {
  await queries.invalidateQueries({ queryKey: KEY, predicate: (query) => query.queryKey[1] !== 'preview' })
}

export async function addDefinition(draft: Draft): Promise<Definition> {
  const made = (await ok(api.POST('/api/v1/computed-traits', { body: draft as never }))) as unknown as Definition
  await renew()
  return made
}

export async function saveDefinition(id: string, draft: Draft): Promise<Definition> {
  const saved = (await ok(api.PUT('/api/v1/computed-traits/{id}', { params: { path: { id } }, body: draft as never }))) as unknown as Definition
  queries.setQueryData([...KEY, 'one', id], saved)
  await renew()
  return saved
}

export async function deleteDefinition(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/computed-traits/{id}', { params: { path: { id } } }))
  queries.removeQueries({ queryKey: [...KEY, 'one', id] })
  await queries.invalidateQueries({ queryKey: KEY, exact: true })
}
