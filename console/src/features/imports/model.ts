// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { type SseEvent, useStream } from '@/base/live'
import { queries, useMay } from '@/base/session'
import type { Mapping } from './mapping'

export type Import = Schemas['Import']
export type ImportState = Schemas['ImportState']
export type Preview = Schemas['ImportPreview']
export type Refusal = Schemas['ImportRefusal']
type Page = Schemas['ImportPage']

const KEY = ['imports'] as const

export const STATES: readonly ImportState[] = ['uploading', 'checking', 'ready', 'queued', 'running', 'paused', 'done', 'failed', 'cancelled']

export function useImports(state: ImportState | undefined) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'list', state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/imports', { params: { query: { limit: 100, ...(state === undefined ? {} : { state }), ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page: Page) => page.next_cursor ?? undefined,
  })
}

export function useImport(id: string) {
  return useQuery({
    queryKey: [...KEY, 'one', id],
    queryFn: () => ok(api.GET('/api/v1/imports/{import}', { params: { path: { import: id } } })),
    // beside the stream, for proxies that hold it back
    refetchInterval: (query) => (query.state.data && moving(query.state.data.state) ? 5000 : false),
  })
}

export function moving(state: ImportState): boolean {
  return state === 'checking' || state === 'queued' || state === 'running'
}

type Pages = { pages: Page[]; pageParams: unknown[] }

/** Puts what the server told of an import where it is shown. */
export function note(told: Import) {
  const before = queries.getQueryData<Import>([...KEY, 'one', told.id])
  queries.setQueryData([...KEY, 'one', told.id], told)
  if (before && before.state !== told.state) void queries.invalidateQueries({ queryKey: [...KEY, 'preview', told.id] })
  if (before && before.rows_refused !== told.rows_refused && !moving(told.state)) void queries.invalidateQueries({ queryKey: [...KEY, 'refusals', told.id] })
  let known = false
  queries.setQueriesData<Pages>({ queryKey: [...KEY, 'list'] }, (list) => list && {
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      data: page.data.map((one) => {
        if (one.id !== told.id) return one
        known = true
        return told
      }),
    })),
  })
  if (!known) void queries.invalidateQueries({ queryKey: [...KEY, 'list'] })
}

function onEvents(events: SseEvent[]) {
  const latest = new Map<string, Import>()
  for (const event of events) {
    if (event.event !== 'import') continue
    const told = JSON.parse(event.data) as Import
    latest.set(told.id, told)
  }
  for (const told of latest.values()) {
    const known = queries.getQueryData<Import>([...KEY, 'one', told.id])
    // a stream that begins anew tells old news first
    if (!known || known.changed_at <= told.changed_at) note(told)
  }
}

/** Progress of all imports as it comes. */
export function useLive() {
  return useStream('/api/v1/imports/live', onEvents)
}

export function usePreview(id: string, wanted: boolean) {
  return useQuery({
    queryKey: [...KEY, 'preview', id],
    queryFn: () => ok(api.GET('/api/v1/imports/{import}/preview', { params: { path: { import: id } } })),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useRecipes() {
  return useQuery({ queryKey: [...KEY, 'recipes'], queryFn: async () => (await ok(api.GET('/api/v1/imports/recipes'))).data, staleTime: Number.POSITIVE_INFINITY })
}

function refusalPage(id: string, cursor: string | undefined, limit: number) {
  return ok(api.GET('/api/v1/imports/{import}/refusals', { params: { path: { import: id }, query: { limit, ...(cursor === undefined ? {} : { cursor }) } } }))
}

export function useRefusals(id: string) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'refusals', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => refusalPage(id, pageParam, 100),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
}

/** All that are kept, for a file. */
export async function allRefusals(id: string): Promise<Refusal[]> {
  const all: Refusal[] = []
  let cursor: string | undefined
  do {
    const page = await refusalPage(id, cursor, 500)
    all.push(...page.data)
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  return all
}

export function useSourceNames() {
  const may = useMay('sources.read')
  return useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may })
}

export async function addImport(body: Schemas['ImportAdd']): Promise<Import> {
  const made = await ok(api.POST('/api/v1/imports', { body }))
  note(made)
  return made
}

type Step = 'start' | 'pause' | 'resume' | 'cancel'

export async function step(id: string, what: Step): Promise<Import> {
  const params = { params: { path: { import: id } } }
  const told = await ok({
    start: () => api.POST('/api/v1/imports/{import}/start', params),
    pause: () => api.POST('/api/v1/imports/{import}/pause', params),
    resume: () => api.POST('/api/v1/imports/{import}/resume', params),
    cancel: () => api.POST('/api/v1/imports/{import}/cancel', params),
  }[what]())
  note(told)
  return told
}

export async function changeImport(id: string, body: Schemas['ImportEdit']): Promise<Import> {
  const told = await ok(api.PATCH('/api/v1/imports/{import}', { params: { path: { import: id } }, body }))
  note(told)
  return told
}

export async function deleteImport(id: string): Promise<Import> {
  const told = await ok(api.DELETE('/api/v1/imports/{import}', { params: { path: { import: id } } }))
  note(told)
  return told
}

export async function setMapping(id: string, body: { recipe: string } | { mapping: Mapping }): Promise<Import> {
  // an object of any members, which the description's types cannot say
  const told = await ok(api.PUT('/api/v1/imports/{import}/mapping', { params: { path: { import: id } }, body: body as never }))
  note(told)
  await queries.invalidateQueries({ queryKey: [...KEY, 'preview', id] })
  return told
}

/** How far an import is, 0..1: of the upload while that goes on, then of the reading. */
export function shareOf(one: Pick<Import, 'state' | 'bytes' | 'uploaded' | 'bytes_read'>): number {
  if (one.state === 'done') return 1
  const through = one.state === 'uploading' ? one.uploaded : one.state === 'checking' || one.state === 'ready' ? 0 : one.bytes_read
  return one.bytes === 0 ? 0 : Math.min(1, through / one.bytes)
}
