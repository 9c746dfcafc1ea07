// SPDX-License-Identifier: Apache-2.0
// A question in an address, the place that a refusal of it names, and the same question of the time before.
import { DAY, rangeOf } from './query'
import { type Json, textOf } from './sets'

/** Compact, and of letters that no address changes: base64url of the JSON. */
export function encode(json: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Of what encode gives, or of JSON as somebody typed it; null: neither. */
export function decode(text: string | undefined): Json | null {
  if (text === undefined || text === '') return null
  try {
    const plain = text.startsWith('{') ? text : new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0)))
    const read: unknown = JSON.parse(plain)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Json) : null
  } catch {
    return null
  }
}

/** The place that a refusal names, and what it says of it: at "/steps/1/where": no such operator. */
export function refusalOf(detail: string): { at: string; says: string } | null {
  const [, at, says] = /^at "((?:\/[^"/]*)+)": ([^]*)$/.exec(detail) ?? []
  return at === undefined || says === undefined ? null : { at, says }
}

// --- the time before ---------------------------------------------------------------------------------------

const MS = { hour: 3600000, day: 86400000 }

/** 2026-03-05 as the zone's calendar has it at that instant. */
export function dayOf(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
}

const plusDays = (day: string, days: number) => new Date(Date.parse(`${day}T00:00:00Z`) + days * MS.day).toISOString().slice(0, 10)
function plusMonths(day: string, months: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)).toISOString().slice(0, 10)
}

/** The same question of as long a time right before; `begin`: where the answer's range begins. */
export function before(query: Json, begin: string): Json {
  const draft = rangeOf(query.range)
  const zone = textOf(query.zone, 'UTC')
  const at = Date.parse(begin)
  if (draft.kind === 'last' && draft.unit === 'hours') return { ...query, range: { from: new Date(at - draft.amount * MS.hour).toISOString(), to: new Date(at).toISOString() } }
  if (draft.kind === 'between' && !(DAY.test(draft.from) && DAY.test(draft.to))) {
    return { ...query, range: { from: new Date(at - (Date.parse(draft.to) - at)).toISOString(), to: new Date(at).toISOString() } }
  }
  const first = dayOf(at, zone)
  const length = draft.kind === 'between' ? (Date.parse(draft.to) - Date.parse(draft.from)) / MS.day + 1 : draft.amount * (draft.unit === 'weeks' ? 7 : 1)
  const from = draft.kind === 'last' && draft.unit === 'months' ? plusMonths(first, -draft.amount) : plusDays(first, -length)
  return { ...query, range: { from, to: plusDays(first, -1) } }
}
