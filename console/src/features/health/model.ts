// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type Health = Schemas['Health']
export type Component = Schemas['HealthComponent']
export type Figure = Schemas['HealthFigure']
export type SeriesName = Schemas['HealthSeriesName']
export type Series = Schemas['HealthSeries']
export type Alert = Schemas['Alert']
export type Backup = Schemas['Backup']
export type BackupPage = Schemas['BackupPage']

/** The server samples itself every ten seconds; asking more often shows nothing new. */
const STEP_MS = 10000

export function useHealth() {
  return useQuery({ queryKey: ['health'], queryFn: () => ok(api.GET('/api/v1/health')), refetchInterval: STEP_MS })
}

export function useSeries(name: SeriesName, minutes: number) {
  return useQuery({
    queryKey: ['health', 'series', name, minutes],
    queryFn: () => ok(api.GET('/api/v1/health/series', { params: { query: { name, minutes, points: 240 } } })),
    refetchInterval: STEP_MS,
    placeholderData: keepPreviousData,
  })
}

export function useAlerts(state: 'active' | 'any') {
  return useInfiniteQuery({
    queryKey: ['alerts', state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/alerts', { params: { query: { state, limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: STEP_MS,
  })
}

export async function acknowledge(id: string, note: string): Promise<Alert> {
  const done = await ok(api.POST('/api/v1/alerts/{alert}/acknowledge', { params: { path: { alert: id } }, body: note === '' ? {} : { note } }))
  await Promise.all([queries.invalidateQueries({ queryKey: ['alerts'] }), queries.invalidateQueries({ queryKey: ['health'] })])
  return done
}

export function useBackups() {
  return useInfiniteQuery({
    queryKey: ['backups'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/backups', { params: { query: { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages[0]?.data.some((b) => b.state === 'running') ? 1000 : 30000),
  })
}

async function renewBackups() {
  await queries.invalidateQueries({ queryKey: ['backups'] })
}

export async function startBackup(secrets: boolean): Promise<Backup> {
  const begun = await ok(api.POST('/api/v1/backups', { body: { secrets } }))
  await renewBackups()
  return begun
}

export async function cancelBackup(id: string): Promise<void> {
  await ok(api.POST('/api/v1/backups/{backup}/cancel', { params: { path: { backup: id } } }))
  await renewBackups()
}
