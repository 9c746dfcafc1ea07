// SPDX-License-Identifier: Apache-2.0
// The parts that questions of all kinds are made of: event sets, properties, lengths; as they are edited, as JSON, and back.
import { conditionOf, type Row, rowFault, rowOf } from '@/features/computed'

export type Json = Record<string, unknown>

export const LENGTHS = ['seconds', 'minutes', 'hours', 'days'] as const
export type LengthUnit = (typeof LENGTHS)[number]
export const PLACES = ['property', 'context', 'field'] as const
export type Place = (typeof PLACES)[number]

export type Where = { kind: 'rows'; join: 'all' | 'any'; rows: Row[] } | { kind: 'json'; json: unknown }
export type EventSet = { id: number; events: string[]; where: Where; name: string }
export type Property = { place: Place; path: string }
export type Length = { amount: number; unit: LengthUnit }
export type Fault = 'event' | 'value' | 'range' | 'order' | 'json' | 'number' | 'formula' | 'condition' | 'name' | 'cohorts'

let nextId = 1
export const newId = () => nextId++
export const NO_WHERE: Where = { kind: 'rows', join: 'all', rows: [] }
export const newSet = (events: string[] = []): EventSet => ({ id: newId(), events, where: NO_WHERE, name: '' })

// --- to the server ---------------------------------------------------------------------------------------

export function whereJson(where: Where): Json {
  if (where.kind === 'json') return { where: where.json }
  const conditions = where.rows.map(conditionOf)
  if (conditions.length === 0) return {}
  return { where: conditions.length === 1 ? conditions[0] : { [where.join]: conditions } }
}

export function setJson(set: EventSet): Json {
  const { events, name } = set
  return { ...(events.length === 0 ? {} : { event: events.length === 1 ? events[0] : events }), ...whereJson(set.where), ...(name.trim() === '' ? {} : { name: name.trim() }) }
}

export const propertyJson = (property: Property): Json => ({ [property.place]: property.path.trim() })
export const lengthJson = ({ amount, unit }: Length): Json => ({ [unit]: amount })

// --- and back ----------------------------------------------------------------------------------------------

/** Thrown where the form has no field for what a query says: it is edited as JSON then. */
export class NoForm extends Error {}
export const fail = (): never => { throw new NoForm() }

export function objectOf(json: unknown, names: readonly string[]): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || Object.keys(json).some((name) => !names.includes(name))) return fail()
  // null is as good as left out: the server gives all members back
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
}

export function oneOfList<T extends string>(json: unknown, all: readonly T[], standard: T): T {
  return json === undefined ? standard : (all.find((one) => one === json) ?? fail())
}

export const numberOf = (json: unknown, standard: number): number => (json === undefined ? standard : typeof json === 'number' ? json : fail())
export const textOf = (json: unknown, standard = ''): string => (json === undefined ? standard : typeof json === 'string' ? json : fail())
export const truthOf = (json: unknown, standard: boolean): boolean => (json === undefined ? standard : typeof json === 'boolean' ? json : fail())

export function listOf<T>(json: unknown, read: (one: unknown) => T, standard: T[]): T[] {
  return json === undefined ? standard : Array.isArray(json) ? json.map(read) : fail()
}

export function whereOf(json: unknown): Where {
  if (json === undefined) return NO_WHERE
  const object = typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : {}
  const join = Object.keys(object).length === 1 ? (['all', 'any'] as const).find((one) => Array.isArray(object[one])) : undefined
  const rows = (join === undefined ? [json] : (object[join] as unknown[])).map((one) => rowOf(one))
  // any of none never holds, which no rows can say
  return rows.every((row) => row !== null) && (join !== 'any' || rows.length > 0) ? { kind: 'rows', join: join ?? 'all', rows } : { kind: 'json', json }
}

export const SET = ['event', 'where', 'name'] as const

/** `more`: members that what is a set has beside those of one. */
export function setOf(json: unknown, more: readonly string[] = []): EventSet {
  const { event, where, name } = objectOf(json ?? {}, [...SET, ...more])
  return { id: newId(), events: typeof event === 'string' ? [event] : listOf(event, (one) => textOf(one), []), where: whereOf(where), name: textOf(name) }
}

export function propertyOf(json: unknown): Property | null {
  if (json === undefined || json === null) return null
  const [place, path] = Object.entries(objectOf(json, PLACES))[0] ?? []
  return { place: oneOfList(place ?? fail(), PLACES, 'property'), path: textOf(path) }
}

export function lengthOf(json: unknown, standard: Length): Length {
  if (json === undefined) return standard
  const entries = Object.entries(objectOf(json, LENGTHS))
  const [unit, amount] = entries[0] ?? []
  return entries.length === 1 ? { unit: oneOfList(unit, LENGTHS, 'days'), amount: numberOf(amount, 1) } : fail()
}

// --- what is missing ---------------------------------------------------------------------------------------

/** Neither an event nor a condition: all events, where some must be meant. */
export const isNothing = (set: EventSet): boolean => set.events.length === 0 && set.where.kind === 'rows' && set.where.rows.length === 0

const whereFault = (where: Where): boolean => where.kind === 'rows' && where.rows.some((row) => rowFault(row) !== null)
export const setFault = (set: { where: Where }): Fault | null => (whereFault(set.where) ? 'condition' : null)
