// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import type { Mapping } from './mapping'

export type Connector = Schemas['Connector']
export type Kind = Schemas['ConnectorKinds']['data'][number]
export type KindName = Kind['name']
export type Field = Schemas['ConnectorField']
type Told = Schemas['ConnectorDeliveries']['data'][number]
/** `key`: the same for one delivery each time it is read. */
export type Delivery = Told & { key: string }
export type Result = Told['result']
export type Made = Schemas['ConnectorMade']
export type Add = Schemas['ConnectorAdd']
export type Edit = Schemas['ConnectorEdit']
export type Preview = Schemas['ConnectorPreview']
export type Tested = Schemas['ConnectorTested']

const KEY = ['connectors'] as const
const RENEW_MS = 3000
/** As many of the kept deliveries are counted. */
const COUNTED = 200

/** Renewed while one looks: deliveries come by themselves. */
export function useConnectors() {
  return useQuery({ queryKey: [...KEY, 'list'], queryFn: async () => (await ok(api.GET('/api/v1/connectors'))).data, refetchInterval: RENEW_MS })
}

export function useConnector(id: string) {
  return useQuery({ queryKey: [...KEY, 'one', id], queryFn: () => fetchConnector(id), refetchInterval: RENEW_MS, enabled: id !== '' })
}

export function fetchConnector(id: string): Promise<Connector> {
  return ok(api.GET('/api/v1/connectors/{connector}', { params: at(id) }))
}

export function useKinds() {
  return useQuery({ queryKey: [...KEY, 'kinds'], queryFn: async () => (await ok(api.GET('/api/v1/connector-kinds'))).data, staleTime: Number.POSITIVE_INFINITY })
}

/** Refused ones have no number: time and place stand for it, and of equal ones the how-manieth. */
function keyed(newestFirst: readonly Told[]): Delivery[] {
  const seen = new Map<string, number>()
  const rows = newestFirst.toReversed().map((one) => {
    const base = one.number === null ? `${one.at} ${one.peer} ${one.result}` : String(one.number)
    const before = seen.get(base) ?? 0
    seen.set(base, before + 1)
    return { ...one, key: before === 0 ? base : `${base} ${before}` }
  })
  return rows.reverse()
}

export function useDeliveries(id: string) {
  return useQuery({
    queryKey: [...KEY, 'deliveries', id],
    queryFn: async () => keyed((await ok(api.GET('/api/v1/connectors/{connector}/deliveries', { params: at(id) }))).data),
    refetchInterval: RENEW_MS,
  })
}

/** The newest body that came; null when none did within the hour, undefined for who may not see it. */
export function useSample(id: string) {
  const may = useMay('connectors.write')
  return useQuery({
    queryKey: [...KEY, 'sample', id],
    queryFn: async () => (await ok(api.GET('/api/v1/connectors/{connector}/sample', { params: at(id) }))).body,
    refetchInterval: RENEW_MS,
    enabled: may,
  })
}

/** What a mapping makes of a body. `body` null: of none, so that at least the mapping is read. */
export function usePreview(mapping: Mapping | null, body: string | null) {
  const may = useMay('connectors.write')
  return useQuery({
    queryKey: [...KEY, 'preview', JSON.stringify(mapping), body],
    queryFn: () => ok(api.POST('/api/v1/connectors/preview', { body: { mapping: mapping ?? {}, body: body ?? '{}' } })),
    enabled: may && mapping !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60000,
    retry: false,
    placeholderData: (before) => before,
  })
}

export function useSourceNames() {
  const may = useMay('sources.read')
  return useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may })
}

const unmapped = (source: string) => ({ source, reason: 'unmapped_delivery' as const })

/** How many deliveries of a source are kept that could not be mapped; of more than COUNTED only that there are more. */
export function useKept(source: string | undefined) {
  const may = useMay('events.read')
  return useQuery({
    queryKey: ['quarantine', 'unmapped', source],
    queryFn: async () => {
      const { data, next_cursor } = await ok(api.GET('/api/v1/quarantine', { params: { query: { ...unmapped(source ?? ''), state: 'open', limit: COUNTED } } }))
      return { count: data.length, more: next_cursor !== null }
    },
    refetchInterval: RENEW_MS,
    enabled: may && source !== undefined,
  })
}

async function renewed<T>(action: Promise<T>): Promise<T> {
  const result = await action
  await queries.invalidateQueries({ queryKey: KEY })
  return result
}

function at(id: string) {
  return { path: { connector: id } }
}

export const addConnector = async (body: Add) => {
  const made = await renewed(ok(api.POST('/api/v1/connectors', { body })))
  await queries.invalidateQueries({ queryKey: ['sources'] })
  return made
}
export const changeConnector = (id: string, body: Edit) => renewed(ok(api.PATCH('/api/v1/connectors/{connector}', { params: at(id), body })))
/** Nothing of it is asked for again: its page is left. */
export async function deleteConnector(id: string) {
  await ok(api.DELETE('/api/v1/connectors/{connector}', { params: at(id) }))
  await queries.cancelQueries({ queryKey: [...KEY, 'one', id] })
  await queries.invalidateQueries({ queryKey: [...KEY, 'list'] })
}
export const rotateSecret = (id: string, secret: string, hours: number) =>
  renewed(ok(api.POST('/api/v1/connectors/{connector}/rotate', { params: at(id), body: { keep_hours: hours, ...(secret === '' ? {} : { secret }) } })))

/** A delivery tried out, of which nothing is stored. `topic` '': the newest that came, or a sample; `body` '': the sample's. */
export const testDelivery = (id: string, topic: string, body: string): Promise<Tested> =>
  ok(api.POST('/api/v1/connectors/{connector}/test', { params: at(id), body: { ...(topic === '' ? {} : { topic }), ...(body === '' ? {} : { body }) } }))

export type Redriven = { redriven: number; refused: number }

/** Maps what a source has kept by the mapping of now, step by step; each lands at most once. */
export async function redriveKept(source: string): Promise<Redriven> {
  const sum: Redriven = { redriven: 0, refused: 0 }
  let from: number | null = 0
  while (from !== null) {
    const step: { redriven?: number; refused?: number; next_from?: number | null } = await ok(api.POST('/api/v1/quarantine/redrive', { body: { all: true, from, ...unmapped(source) } }))
    sum.redriven += step.redriven ?? 0
    sum.refused += step.refused ?? 0
    const next: number | null = step.next_from ?? null
    // a server that does not move on would keep us for ever
    from = next !== null && next > from ? next : null
  }
  await queries.invalidateQueries({ queryKey: ['quarantine'] })
  return sum
}
