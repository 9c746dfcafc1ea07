// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type Part = Schemas['AdoptionPart']
export type PartState = Part['state']
export type Identity = Schemas['AdoptionIdentity']

export const DAYS = ['14', '30', '90'] as const
export type Days = (typeof DAYS)[number]

/** Percent that the counts of both may differ by. */
export const WITHIN = ['2', '1', '5', '10'] as const

const KEY = ['adoption'] as const
const RENEW_MS = 30000
const RUNNING_MS = 1000
const DAY_MS = 86400000

/** Whole days of UTC, the last of them today's; the first choice is the server's own. */
export function beginOf(days: Days, now: number): string {
  return new Date((Math.floor(now / DAY_MS) - Number(days) + 1) * DAY_MS).toISOString()
}

async function fetchReport(days: Days, event: string | undefined, destination: string | undefined) {
  const query = { ...(days === DAYS[0] ? {} : { from: beginOf(days, Date.now()) }), ...(event === undefined ? {} : { event }), ...(destination === undefined ? {} : { destination }) }
  return ok(api.GET('/api/v1/adoption', { params: { query } }))
}

export type Report = Awaited<ReturnType<typeof fetchReport>>

export function useReport(days: Days, event: string | undefined, destination: string | undefined) {
  return useQuery({
    queryKey: [...KEY, 'report', days, event, destination], queryFn: () => fetchReport(days, event, destination), placeholderData: keepPreviousData, refetchInterval: RENEW_MS,
  })
}

export function useComparisons() {
  return useQuery({
    queryKey: [...KEY, 'identity'],
    queryFn: async () => (await ok(api.GET('/api/v1/adoption/identity'))).data,
    refetchInterval: (query) => (query.state.data?.[0]?.state === 'running' ? RUNNING_MS : false),
  })
}

async function renewed<T>(action: Promise<T>): Promise<T> {
  const result = await action
  await queries.invalidateQueries({ queryKey: KEY })
  return result
}

export const setPart = (part: string, state: PartState, note: string) =>
  renewed(ok(api.PUT('/api/v1/adoption/parts/{part}', { params: { path: { part } }, body: { state, note } })))

/** The file goes as it is: CSV, or JSON by its first character. */
export async function putCounts(file: File) {
  const text = await file.text()
  const type = text.trimStart().startsWith('[') ? 'application/json' : 'text/csv'
  return renewed(ok(api.PUT('/api/v1/adoption/counts', { body: text as never, bodySerializer: () => text, headers: { 'Content-Type': type } })))
}

// --- the incumbent's persons -------------------------------------------------------------------------------

/** As much as the server takes at once. */
const PART_BYTES = 2 << 20
const CHECK_MS = 300
const PERSONS_BYTES_MAX = 2 ** 30

/** An import that is never started holds the file; then it is compared. `tell`: how much of it is there, 0..1. */
export async function comparePersons(file: File, tell: (share: number) => void): Promise<unknown> {
  if (file.size === 0 || file.size > PERSONS_BYTES_MAX) throw new RangeError(`${file.name}: ${file.size} bytes, not 1..${PERSONS_BYTES_MAX}`)
  const { id } = await ok(api.POST('/api/v1/imports', { body: { name: file.name.slice(0, 200), source: 'incumbent', bytes: file.size } }))
  for (let at = 0; at < file.size;) {
    const part = file.slice(at, Math.min(file.size, at + PART_BYTES))
    const answer = await ok(api.PUT('/api/v1/imports/{import}/parts', {
      params: { path: { import: id }, query: { offset: at } }, body: part as never, bodySerializer: (body: unknown) => body as Blob,
      headers: { 'Content-Type': 'application/octet-stream' },
    }))
    at = answer.uploaded
    tell(at / file.size)
  }
  const state = async () => (await ok(api.GET('/api/v1/imports/{import}', { params: { path: { import: id } } }))).state
  while (await state() === 'checking') await new Promise((resolve) => setTimeout(resolve, CHECK_MS))
  return renewed(ok(api.POST('/api/v1/adoption/identity', { body: { import: id } })))
}
