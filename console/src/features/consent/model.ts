// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type Purpose = Schemas['ConsentPurpose']
export type Retention = Schemas['ConsentRetention']
export type RetentionClass = Schemas['RetentionClass']
export type State = Schemas['ConsentState']
export type Decision = Schemas['ConsentDecision']
export type Suppressed = Schemas['Suppression']
export type Basis = Purpose['basis']
export type Channel = Suppressed['channel']
export type Reason = Suppressed['reason']

/** What can be edited of a purpose. */
export type Draft = Pick<Purpose, 'name' | 'description' | 'basis' | 'text_version' | 'messages' | 'channels' | 'categories' | 'retention'>

export const BASES = ['consent', 'legitimate_interests', 'contract', 'legal_obligation', 'public_task', 'vital_interests'] as const satisfies readonly Basis[]
export const REASONS = ['unsubscribed', 'bounced', 'complaint', 'manual', 'erased'] as const satisfies readonly Reason[]

const PURPOSES = ['consent', 'purposes'] as const
const RETENTION = ['consent', 'retention'] as const
const SUPPRESSED = ['consent', 'suppressed'] as const

export function usePurposes(enabled = true) {
  return useQuery({
    queryKey: PURPOSES,
    queryFn: async () => (await ok(api.GET('/api/v1/consent/purposes', { params: { query: { archived: true } } }))).data,
    enabled,
  })
}

async function renewPurposes() {
  await queries.invalidateQueries({ queryKey: PURPOSES })
  await queries.invalidateQueries({ queryKey: RETENTION })
}

/** How far retention is; looked at again while it runs. */
export function useRetention() {
  return useQuery({
    queryKey: RETENTION,
    queryFn: () => ok(api.GET('/api/v1/consent/retention')),
    refetchInterval: ({ state: { data } }) => (data === undefined || (!data.running && data.next_run_at !== null && data.classes.every((one) => (one.dropped_before ?? '') >= (one.due_before ?? ''))) ? 60_000 : 2000),
  })
}

export interface Preview { records: number; at_least: boolean }

export function previewRetention(retention: Retention[]): Promise<Preview> {
  return ok(api.POST('/api/v1/consent/retention/preview', { body: { retention } as never }))
}

export async function addPurpose(id: string, draft: Draft): Promise<Purpose> {
  const made = await ok(api.POST('/api/v1/consent/purposes', { body: { id, ...draft } as never }))
  await renewPurposes()
  return made
}

export async function savePurpose(id: string, version: number, draft: Draft): Promise<Purpose> {
  const saved = await ok(api.PUT('/api/v1/consent/purposes/{id}', { params: { path: { id } }, body: { version, ...draft } as never }))
  await renewPurposes()
  return saved
}

export async function archivePurpose(id: string, archived: boolean): Promise<void> {
  await ok(api.POST('/api/v1/consent/purposes/{id}/archive', { params: { path: { id } }, body: { archived } }))
  await renewPurposes()
}

export function useConsentOf(person: string) {
  return useInfiniteQuery({
    queryKey: ['consent', 'of', person],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/profiles/{id}/consent', { params: { path: { id: person }, query: pageParam === undefined ? {} : { cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export async function decide(person: string, said: { purpose: string; granted: boolean; evidence: string; text_version: string }): Promise<void> {
  await ok(api.POST('/api/v1/profiles/{id}/consent', { params: { path: { id: person } }, body: said }))
  await queries.invalidateQueries({ queryKey: ['consent', 'of', person] })
}

export async function makeLink(person: string, purpose: string, days: number) {
  return ok(api.POST('/api/v1/profiles/{id}/preference-link', { params: { path: { id: person } }, body: { purpose, days } }))
}

export function useSuppressed(reason: Reason | null) {
  return useInfiniteQuery({
    queryKey: [...SUPPRESSED, reason],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/suppressions', { params: { query: { ...(reason === null ? {} : { reason }), limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

async function renewSuppressed() {
  await queries.invalidateQueries({ queryKey: SUPPRESSED })
}

export async function suppress(channel: Channel, reason: Exclude<Reason, 'erased'>, addresses: string[]) {
  const done = await ok(api.POST('/api/v1/suppressions', { body: { channel, reason, addresses } }))
  await renewSuppressed()
  return done
}

export async function unsuppress(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } } }))
  await renewSuppressed()
}

export function check(channel: Channel, address: string) {
  return ok(api.POST('/api/v1/suppressions/check', { body: { channel, address } }))
}
