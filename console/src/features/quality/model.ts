// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { beginOf, type Period } from './figures'

export type Counts = Schemas['QualityCounts']
export type Field = Schemas['QualityField']

/** Counts are of whole minutes at the soonest worth looking at again. */
const RENEW_MS = 30000

async function fetchList(period: Period, cursor: string | undefined) {
  return ok(api.GET('/api/v1/quality', { params: { query: { from: beginOf(period, Date.now()), ...(cursor === undefined ? {} : { cursor }) } } }))
}

export type List = Awaited<ReturnType<typeof fetchList>>
export type Row = List['data'][number]

/** Every source in the period, and in the one before. */
export function useQuality(period: Period) {
  return useInfiniteQuery({
    queryKey: ['quality', 'list', period],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => fetchList(period, pageParam),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: RENEW_MS,
  })
}

async function fetchOne(source: string, period: Period) {
  const step = period === '24h' || period === '7d' ? 'hour' : 'day'
  return ok(api.GET('/api/v1/quality/{source}', { params: { path: { source }, query: { from: beginOf(period, Date.now()), step } } }))
}

export type One = Awaited<ReturnType<typeof fetchOne>>

export function useSourceQuality(source: string, period: Period) {
  return useQuery({ queryKey: ['quality', 'one', source, period], queryFn: () => fetchOne(source, period), placeholderData: keepPreviousData, refetchInterval: RENEW_MS })
}
