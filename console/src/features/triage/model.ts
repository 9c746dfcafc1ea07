// SPDX-License-Identifier: Apache-2.0
// Models of triage, what they learn from, and how well they do, as the server has them.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type Kind = Schemas['TriageKind']
export type Model = Schemas['TriageModel']
export type Held = Schemas['TriageQuality']
export type Training = Schemas['TriageTraining']
export type Settings = Schemas['TriageSettings']
export type Week = Awaited<ReturnType<typeof fetchWeeks>>[number]
export type Added = Awaited<ReturnType<typeof addExamples>>

export const KINDS = ['category', 'queue', 'sentiment'] as const
/** As much of a file as is taken at once. */
export const FILE_MAX = 1 << 20

const ALL = 'triage'
const fetchWeeks = async () => (await ok(api.GET('/api/v1/triage/quality'))).data

/** While one is being made its progress is looked at every second. */
export function useModels(kind: Kind) {
  return useQuery({
    queryKey: [ALL, 'models', kind],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/triage/models', { params: { query: { kind } }, signal })),
    refetchInterval: ({ state }) => (state.data?.training.running === true ? 1000 : 30000),
  })
}

export function useModel(kind: Kind, version: number) {
  return useQuery({
    queryKey: [ALL, 'model', kind, version],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/triage/models/{version}', { params: { path: { version: String(version) }, query: { kind } }, signal })),
    placeholderData: keepPreviousData,
    enabled: version > 0,
  })
}

export function useWeeks() {
  return useQuery({ queryKey: [ALL, 'weeks'], queryFn: fetchWeeks })
}

export function useExamples() {
  return useQuery({ queryKey: [ALL, 'examples'], queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/triage/examples', { signal }))).data })
}

export function useSettings() {
  return useQuery({ queryKey: [ALL, 'settings'], queryFn: ({ signal }) => ok(api.GET('/api/v1/triage/settings', { signal })) })
}

async function renewed<T>(done: Promise<T>): Promise<T> {
  const result = await done
  await queries.invalidateQueries({ queryKey: [ALL] })
  return result
}

export function train(kind: Kind) {
  return renewed(ok(api.POST('/api/v1/triage/train', { body: { kind } as never })))
}

export function putInForce(kind: Kind, version: number) {
  return renewed(ok(api.POST('/api/v1/triage/models/{version}/use', { params: { path: { version: String(version) }, query: { kind } } })))
}

export function putSettings(settings: Settings) {
  return renewed(ok(api.PUT('/api/v1/triage/settings', { body: settings })))
}

/** A file as it is: CSV, or JSON lines. */
export function addExamples(kind: Kind, text: string) {
  return renewed(ok(api.POST('/api/v1/triage/examples', {
    params: { query: { kind } }, body: text as never, bodySerializer: (body: unknown) => body as string, headers: { 'Content-Type': text.trimStart().startsWith('{') ? 'application/x-ndjson' : 'text/csv' },
  })))
}

export function dropExamples(kind: Kind) {
  return renewed(ok(api.DELETE('/api/v1/triage/examples', { params: { query: { kind } } })))
}
