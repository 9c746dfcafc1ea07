// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query'
import { ApiError, api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import type { Rules, Sent } from './rules'

export type Preview = Schemas['IdentityPreview']
export type Example = Schemas['IdentityPreviewExample']
export type PreviewPerson = Schemas['IdentityPreviewPerson']

const RULES = ['identity', 'rules'] as const
const PREVIEW = ['identity', 'preview'] as const
const STEP_MS = 700

export function useRules() {
  return useQuery({
    queryKey: RULES,
    queryFn: () => ok(api.GET('/api/v1/identity/rules')),
    // a rebuild that was decided begins a moment later
    refetchInterval: (query) => (query.state.data?.rebuilt?.begun === false ? STEP_MS : false),
  })
}

/** Sources to choose from, by name; none where they may not be seen. */
export function useSources(): { value: string; label: string }[] {
  const may = useMay('sources.read')
  const { data } = useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may })
  return (data ?? []).map((one) => ({ value: one.id, label: one.name }))
}

/** The last preview; null: there was none since the server's start. */
export function usePreview() {
  const may = useMay('identity.configure')
  return useQuery({
    queryKey: PREVIEW,
    queryFn: async () => {
      try {
        return await ok(api.GET('/api/v1/identity/rules/preview'))
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
    enabled: may,
    refetchInterval: (query) => (query.state.data?.state === 'running' ? STEP_MS : false),
  })
}

export async function startPreview(rules: Sent): Promise<void> {
  queries.setQueryData(PREVIEW, await ok(api.POST('/api/v1/identity/rules/preview', { body: { rules } as never })))
}

export async function stopPreview(): Promise<void> {
  await ok(api.DELETE('/api/v1/identity/rules/preview'))
  await queries.invalidateQueries({ queryKey: PREVIEW })
}

export async function saveRules(version: number, rules: Sent, reason: string): Promise<Rules> {
  const saved = await ok(api.PUT('/api/v1/identity/rules', { body: { version, rules, ...(reason === '' ? {} : { reason }) } as never }))
  queries.setQueryData(RULES, saved)
  return saved
}

export async function renewRules(): Promise<void> {
  await queries.invalidateQueries({ queryKey: RULES })
}

export async function rebuild(version: number, reason: string): Promise<void> {
  await ok(api.POST('/api/v1/identity/rebuild', { body: { version, reason } }))
  await Promise.all([renewRules(), queries.invalidateQueries({ queryKey: ['customers'] })])
}
