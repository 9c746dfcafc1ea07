// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import type { AuditFilter } from './filter'

export type AuditEntry = Schemas['AuditEntry']
export type AuditVerdict = Schemas['AuditVerdict']

export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/audit', { params: { query: { ...filter, limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function verify(): Promise<AuditVerdict> {
  return ok(api.GET('/api/v1/audit/verify'))
}
