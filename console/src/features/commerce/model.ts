// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'
import type { Document, Holiday } from './hours'

export type Store = Schemas['Store']
export type Till = Schemas['Till']
export type Day = Schemas['OpenDay']
export type CalendarRow = Schemas['HoursCalendarRow']
export type Calendar = Schemas['HoursCalendar']
export type File = 'stores' | 'tills'

export const STORE_STATES = ['trading', 'planned', 'closed'] as const
export const TILL_KINDS = ['staffed', 'self_checkout', 'mobile'] as const
export const TILL_STATES = ['in_service', 'out_of_service', 'retired'] as const

const KEY = ['commerce'] as const
const SOON_MS = 60000

export type StoreFilter = { search?: string; country?: string; region?: string; state?: (typeof STORE_STATES)[number]; calendar?: string }

export function useStores(filter: StoreFilter) {
  return useInfiniteQuery({
    queryKey: [...KEY, 'stores', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/commerce/stores', { params: { query: { ...filter, limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: SOON_MS,
  })
}

export function useStore(store: string) {
  return useQuery({ queryKey: [...KEY, 'store', store], queryFn: () => ok(api.GET('/api/v1/commerce/stores/{store}', { params: { path: { store } } })), refetchInterval: SOON_MS })
}

export function useHours(store: string, days: number) {
  return useQuery({ queryKey: [...KEY, 'hours', store, days], queryFn: () => ok(api.GET('/api/v1/commerce/stores/{store}/hours', { params: { path: { store }, query: { days } } })), refetchInterval: SOON_MS })
}

export function useTills(store: string) {
  return useQuery({ queryKey: [...KEY, 'tills', store], queryFn: async () => (await ok(api.GET('/api/v1/commerce/stores/{store}/tills', { params: { path: { store } } }))).data })
}

export function useCalendars(enabled = true) {
  return useQuery({ queryKey: [...KEY, 'calendars'], queryFn: async () => (await ok(api.GET('/api/v1/commerce/calendars'))).data, enabled })
}

/** For its editor: one that somebody else saves meanwhile does not take the place of what is being typed. */
export function useCalendar(calendar: string, enabled = true) {
  return useQuery({ refetchOnWindowFocus: false, queryKey: [...KEY, 'calendar', calendar], queryFn: () => ok(api.GET('/api/v1/commerce/calendars/{calendar}', { params: { path: { calendar } } })), enabled })
}

/** What a document that need not be saved would say. */
export function usePreview(document: Document | null, zone: string, days: number) {
  return useQuery({
    queryKey: [...KEY, 'preview', document, zone, days],
    queryFn: async () => (await ok(api.POST('/api/v1/commerce/preview', { body: { calendar: document as never, zone, days } }))).days,
    enabled: document !== null,
    placeholderData: (before) => before,
    retry: false,
  })
}

async function renew() {
  await queries.invalidateQueries({ queryKey: KEY })
}

export type StoreEdit = Partial<Pick<Store, 'name' | 'zone' | 'country' | 'region' | 'format' | 'address' | 'opened_on' | 'closed_on' | 'calendar'>> & { calendar_from?: string }

export async function putStore(store: string, version: number, edit: StoreEdit): Promise<Store> {
  const saved = await ok(api.PUT('/api/v1/commerce/stores/{store}', { params: { path: { store } }, body: { version, ...edit } }))
  void renew()
  return saved
}

export async function putTill(store: string, till: string, version: number, edit: Partial<Pick<Till, 'name' | 'kind' | 'state'>>): Promise<Till> {
  const saved = await ok(api.PUT('/api/v1/commerce/stores/{store}/tills/{till}', { params: { path: { store, till } }, body: { version, ...edit } }))
  void renew()
  return saved
}

export async function putCalendar(calendar: string, version: number, edit: { name: string; document: Document; from?: string }): Promise<Calendar> {
  const { name, document, from } = edit
  const body = { version, name, calendar: document as never, ...(from === undefined ? {} : { from }) }
  const saved = await ok(api.PUT('/api/v1/commerce/calendars/{calendar}', { params: { path: { calendar } }, body }))
  void renew()
  return saved
}

export async function dropCalendar(calendar: string): Promise<void> {
  await ok(api.DELETE('/api/v1/commerce/calendars/{calendar}', { params: { path: { calendar } } }))
  void renew()
}

export function readHolidays(text: string, from_year: number, to_year: number): Promise<{ holidays: Holiday[]; skipped: number }> {
  return ok(api.POST('/api/v1/commerce/holidays', { body: { text, from_year, to_year } }))
}

export type Imported = { added: number; changed: number; same: number; failed: number; faults: { line: number; what: string }[] }

export async function importFile(file: File, text: string, trial: boolean): Promise<Imported> {
  const done = await ok(api.POST('/api/v1/commerce/files/{file}', {
    params: { path: { file }, query: { trial } }, body: text as never, bodySerializer: () => text, headers: { 'Content-Type': 'text/csv' },
  }))
  if (!trial) void renew()
  return done
}
