// SPDX-License-Identifier: Apache-2.0
// Households and accounts: customers who belong together. A group never merges anybody.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { ALL, patient } from './model'

export type GroupKind = Schemas['GroupKind']
export type Group = Schemas['ProfileGroup']

export const GROUP_KINDS = ['household', 'account'] as const satisfies readonly GroupKind[]

const PAGE = 50

export function useGroups(kind: GroupKind, search: string) {
  return useInfiniteQuery({
    queryKey: [ALL, 'groups', kind, search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(api.GET('/api/v1/groups', { params: { query: { kind, limit: PAGE, ...(search === '' ? {} : { search }), ...(pageParam === undefined ? {} : { cursor: pageParam }) } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    ...patient,
  })
}

async function fetchGroup(id: string, cursor: string | undefined, limit: number, signal: AbortSignal) {
  return ok(api.GET('/api/v1/groups/{id}', { params: { path: { id }, query: { limit, ...(cursor === undefined ? {} : { cursor }) } }, signal }))
}

export type GroupPage = Awaited<ReturnType<typeof fetchGroup>>
export type Member = GroupPage['members'][number]

/** A group with its members, page by page. */
export function useGroup(id: string, limit = PAGE) {
  return useInfiniteQuery({
    queryKey: [ALL, 'group', id, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => fetchGroup(id, pageParam, limit, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    ...patient,
  })
}
