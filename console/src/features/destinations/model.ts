// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'

export type Destination = Schemas['Destination']
export type Kind = Schemas['DestinationKinds']['data'][number]
export type Field = Kind['fields'][number]
export type DestinationAdd = Schemas['DestinationAdd']
export type DestinationEdit = Schemas['DestinationEdit']
export type DeadLetter = Schemas['DeadLetterPage']['data'][number]
export type DeadChoice = Schemas['DeadLetterChoice']
export type Skipped = Schemas['DestinationSkipped']['data'][number]
export type Tested = Schemas['DestinationTested']
export type Replay = Schemas['DestinationReplay']

const KEY = ['destinations'] as const
const RENEW_MS = 3000
const PAGE = 100
const NO_NAMES: readonly string[] = []

/** Renewed while one looks: what waits and what fails changes by itself. */
export function useDestinations() {
  return useQuery({ queryKey: [...KEY, 'list'], queryFn: async () => (await ok(api.GET('/api/v1/destinations'))).data, refetchInterval: RENEW_MS })
}

export function useDestination(id: string) {
  return useQuery({
    queryKey: [...KEY, 'one', id],
    queryFn: () => ok(api.GET('/api/v1/destinations/{destination}', { params: { path: { destination: id } } })),
    refetchInterval: RENEW_MS,
  })
}

export function useKinds() {
  return useQuery({ queryKey: [...KEY, 'kinds'], queryFn: async () => (await ok(api.GET('/api/v1/destinations/kinds'))).data, staleTime: Number.POSITIVE_INFINITY })
}

/** Ids and names of the purposes that may be asked for; undefined for who may not see them. */
export function usePurposes() {
  const may = useMay('consent.read')
  return useQuery({
    queryKey: ['consent', 'purposes', 'names'],
    queryFn: async () => (await ok(api.GET('/api/v1/consent/purposes'))).data.map(({ id, name }) => ({ id, name })),
    enabled: may,
  })
}

/** Names of computed traits, to choose from; none for who may not see them. */
export function useTraitNames(): readonly string[] {
  const may = useMay('computed.read')
  const query = useQuery({
    queryKey: ['computed', 'names'],
    queryFn: async () => (await ok(api.GET('/api/v1/computed-traits'))).data.map((one) => one.name),
    enabled: may,
  })
  return query.data ?? NO_NAMES
}

export function useDead(id: string, reason: string | undefined) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'dead', id, reason],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/destinations/{destination}/dead-letters', {
      params: { path: { destination: id }, query: { limit: PAGE, ...(reason === undefined ? {} : { reason }), ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
    })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // further down one reads what was: only a list at its top renews itself
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : RENEW_MS),
  })
}

export function useSkipped(id: string) {
  return useQuery({
    queryKey: [...KEY, 'skipped', id],
    queryFn: async () => (await ok(api.GET('/api/v1/destinations/{destination}/skipped', { params: { path: { destination: id } } }))).data,
    refetchInterval: RENEW_MS,
  })
}

async function renewed<T>(action: Promise<T>): Promise<T> {
  const result = await action
  await queries.invalidateQueries({ queryKey: KEY })
  return result
}

const at = (id: string) => ({ path: { destination: id } })

export const addDestination = (body: DestinationAdd) => renewed(ok(api.POST('/api/v1/destinations', { body })))
export const changeDestination = (id: string, body: DestinationEdit) => renewed(ok(api.PATCH('/api/v1/destinations/{destination}', { params: at(id), body })))
export const deleteDestination = (id: string) => renewed(ok(api.DELETE('/api/v1/destinations/{destination}', { params: at(id) })))
export const pause = (id: string) => renewed(ok(api.POST('/api/v1/destinations/{destination}/pause', { params: at(id) })))
export const resume = (id: string) => renewed(ok(api.POST('/api/v1/destinations/{destination}/resume', { params: at(id) })))
export const redrive = (id: string, body: DeadChoice) => renewed(ok(api.POST('/api/v1/destinations/{destination}/redrive', { params: at(id), body })))
export const discard = (id: string, body: DeadChoice) => renewed(ok(api.POST('/api/v1/destinations/{destination}/discard', { params: at(id), body })))
export const replay = (id: string, body: Replay) => renewed(ok(api.POST('/api/v1/destinations/{destination}/replay', { params: at(id), body })))
export const cancelReplay = (id: string) => renewed(ok(api.DELETE('/api/v1/destinations/{destination}/replay', { params: at(id) })))
export const testSend = (id: string, position: number | null) =>
  renewed(ok(api.POST('/api/v1/destinations/{destination}/test', { params: at(id), body: position === null ? {} : { position } })))
