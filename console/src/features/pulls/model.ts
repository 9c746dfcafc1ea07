// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'

export type Pull = Schemas['Pull']
export type PullEdit = Schemas['PullEdit']
export type PullRun = Schemas['PullRun']
export type PullPreview = Schemas['PullPreview']
export type Folder = Schemas['DropFolder']
export type FolderEdit = Schemas['DropFolderEdit']
export type DropFile = Schemas['DropFile']

const PULLS = ['pulls'] as const
const FOLDERS = ['folders'] as const
const RENEW_MS = 3000
const PAGE = 20

type Pages = { pages: unknown[] }
/** Further down one reads what was: only a list at its top renews itself. */
const atTop = (query: { state: { data: Pages | undefined } }) => ((query.state.data?.pages.length ?? 0) > 1 ? false : RENEW_MS)

/** Renewed while one looks: runs begin and end by themselves, and files come. */
export function usePulls() {
  return useQuery({ queryKey: [...PULLS, 'list'], queryFn: async () => (await ok(api.GET('/api/v1/pulls'))).data, refetchInterval: RENEW_MS })
}

const at = (id: string) => ({ path: { id } })

export function usePull(id: string) {
  return useQuery({ queryKey: [...PULLS, 'one', id], queryFn: () => ok(api.GET('/api/v1/pulls/{id}', { params: at(id) })), refetchInterval: RENEW_MS })
}

export function useRuns(id: string) {
  return useInfiniteQuery({
    queryKey: [...PULLS, 'runs', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/pulls/{id}/runs', { params: { ...at(id), query: { limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: atTop,
  })
}

export function useFolders() {
  return useQuery({ queryKey: [...FOLDERS, 'list'], queryFn: async () => (await ok(api.GET('/api/v1/drop-folders'))).data, refetchInterval: RENEW_MS })
}

export function useFolder(id: string) {
  return useQuery({ queryKey: [...FOLDERS, 'one', id], queryFn: () => ok(api.GET('/api/v1/drop-folders/{id}', { params: at(id) })), refetchInterval: RENEW_MS })
}

export function useFiles(id: string) {
  return useInfiniteQuery({
    queryKey: [...FOLDERS, 'files', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/drop-folders/{id}/files', { params: { ...at(id), query: { limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: atTop,
  })
}

/** Sources to choose from; none for who may not see them. */
export function useSources() {
  const may = useMay('sources.read')
  return useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may }).data ?? []
}

export function useRecipes() {
  const may = useMay('imports.read')
  return useQuery({ queryKey: ['imports', 'recipes'], queryFn: async () => (await ok(api.GET('/api/v1/imports/recipes'))).data, staleTime: Number.POSITIVE_INFINITY, enabled: may }).data ?? []
}

async function renewed<T>(key: readonly string[], action: Promise<T>): Promise<T> {
  const result = await action
  await queries.invalidateQueries({ queryKey: key })
  return result
}

/** As the server has it now, past what is shown. */
export const readPull = (id: string) => ok(api.GET('/api/v1/pulls/{id}', { params: at(id) }))
export const addPull = (body: PullEdit) => renewed(PULLS, ok(api.POST('/api/v1/pulls', { body })))
export const savePull = (id: string, body: PullEdit) => renewed(PULLS, ok(api.PUT('/api/v1/pulls/{id}', { params: at(id), body })))
/** What is gone is not asked for again, only the list that it stood in. */
export const deletePull = (id: string) => renewed([...PULLS, 'list'], ok(api.DELETE('/api/v1/pulls/{id}', { params: at(id) })))
export const runPull = (id: string) => renewed(PULLS, ok(api.POST('/api/v1/pulls/{id}/run', { params: at(id) })))
export const resetPull = (id: string) => renewed(PULLS, ok(api.POST('/api/v1/pulls/{id}/reset', { params: at(id) })))
export const tryPull = (id: string, mapping: { [name: string]: unknown }) => ok(api.POST('/api/v1/pulls/{id}/preview', { params: at(id), body: { mapping } }))

export const readFolder = (id: string) => ok(api.GET('/api/v1/drop-folders/{id}', { params: at(id) }))
export const addFolder = (body: FolderEdit) => renewed(FOLDERS, ok(api.POST('/api/v1/drop-folders', { body })))
export const saveFolder = (id: string, body: FolderEdit) => renewed(FOLDERS, ok(api.PUT('/api/v1/drop-folders/{id}', { params: at(id), body })))
export const deleteFolder = (id: string) => renewed([...FOLDERS, 'list'], ok(api.DELETE('/api/v1/drop-folders/{id}', { params: at(id) })))
