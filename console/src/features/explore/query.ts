// SPDX-License-Identifier: Apache-2.0
// A question as it is edited, and as the server takes it (docs/analytics.md). What is at its default is left out of what is sent.
import { conditionOf, type Row, rowFault, rowOf } from '@/features/computed'

export type Json = Record<string, unknown>

export const KINDS = ['segmentation', 'funnel', 'retention', 'paths', 'stickiness', 'lifecycle', 'sessions'] as const
export type Kind = (typeof KINDS)[number]
export const RANGE_UNITS = ['hours', 'days', 'weeks', 'months'] as const
export type RangeUnit = (typeof RANGE_UNITS)[number]
export const LENGTHS = ['seconds', 'minutes', 'hours', 'days'] as const
export type LengthUnit = (typeof LENGTHS)[number]
export const UNITS = ['hour', 'day', 'week', 'month', 'whole'] as const
export type Unit = (typeof UNITS)[number]
export const MEASURES = ['total', 'uniques', 'sum', 'average', 'least', 'most', 'quantile'] as const
export type Measure = (typeof MEASURES)[number]
export const ORDERS = ['ordered', 'strict', 'any'] as const
export type Order = (typeof ORDERS)[number]
export const PLACES = ['property', 'context', 'field'] as const
export type Place = (typeof PLACES)[number]
export const FIELDS = ['event', 'type', 'channel', 'source', 'store', 'currency', 'amount', 'timestamp'] as const

/** Which periods a kind can be asked in; the first is its default. */
export const UNITS_OF: Partial<Record<Kind, readonly [Unit, ...Unit[]]>> = {
  segmentation: ['day', 'hour', 'week', 'month', 'whole'],
  retention: ['week', 'day', 'month'],
  stickiness: ['day', 'week', 'month'],
  lifecycle: ['week', 'day', 'month'],
  sessions: ['day', 'hour', 'week', 'month'],
}
export const MAX = { amount: 1000, series: 10, steps: 20, exclude: 10, formulae: 10, limit: 100, depth: 20, events: 100, name: 100 }
export const WITH_BREAKDOWN: readonly Kind[] = ['segmentation', 'funnel', 'retention']
/** A segmentation's measure of a value. */
export const ofValue = (measure: Measure) => measure !== 'total' && measure !== 'uniques'

export type Where = { kind: 'rows'; join: 'all' | 'any'; rows: Row[] } | { kind: 'json'; json: unknown }
export type EventSet = { id: number; events: string[]; where: Where; name: string }
export type Property = { place: Place; path: string }
export type Series = EventSet & { measure: Measure; of: Property | null; q: number }
export type Exclusion = EventSet & { after: number | null }
export type Formula = { id: number; name: string; formula: string }
export type Length = { amount: number; unit: LengthUnit }
export type Range = { kind: 'last'; amount: number; unit: RangeUnit } | { kind: 'between'; from: string; to: string }

export type Draft = {
  kind: Kind
  range: Range
  zone: string
  /** JSON of a rule over a person; '': everybody. */
  who: string
  where: Where
  unit: Unit
  series: Series[]
  formulae: Formula[]
  breakdown: Property | null
  limit: number
  steps: EventSet[]
  window: Length
  order: Order
  exclude: Exclusion[]
  same: Property | null
  begin: EventSet
  again: EventSet
  way: 'on' | 'beyond'
  /** Rising numbers as typed; '': each period by itself. */
  brackets: string
  recurring: boolean
  /** Where paths begin, or end. */
  side: 'from' | 'to'
  anchor: EventSet
  nodes: EventSet
  gap: Length
  depth: number
  fold: boolean
  of: EventSet
}

let nextId = 1
export const newId = () => nextId++
export const NO_WHERE: Where = { kind: 'rows', join: 'all', rows: [] }
export const newSet = (events: string[] = []): EventSet => ({ id: newId(), events, where: NO_WHERE, name: '' })
export const newSeries = (): Series => ({ ...newSet(), measure: 'total', of: null, q: 0.5 })

const WINDOW: Length = { amount: 7, unit: 'days' }
const GAP: Length = { amount: 30, unit: 'minutes' }

export function blank(kind: Kind, zone: string): Draft {
  return {
    kind, zone, range: { kind: 'last', amount: 30, unit: 'days' }, who: '', where: NO_WHERE, unit: UNITS_OF[kind]?.[0] ?? 'day', series: [newSeries()], formulae: [], breakdown: null,
    limit: kind === 'paths' ? 20 : 10, steps: [newSet(), newSet()], window: WINDOW, order: 'ordered', exclude: [], same: null, begin: newSet(), again: newSet(), way: 'on', brackets: '',
    recurring: false, side: 'from', anchor: newSet(), nodes: newSet(), gap: GAP, depth: 5, fold: true, of: newSet(),
  }
}

// --- to the server ---------------------------------------------------------------------------------------

export const DAY = /^\d{4}-\d\d-\d\d$/

function whereJson(where: Where): Json {
  if (where.kind === 'json') return { where: where.json }
  const conditions = where.rows.map(conditionOf)
  if (conditions.length === 0) return {}
  return { where: conditions.length === 1 ? conditions[0] : { [where.join]: conditions } }
}

function setJson(set: EventSet): Json {
  const { events, name } = set
  return { ...(events.length === 0 ? {} : { event: events.length === 1 ? events[0] : events }), ...whereJson(set.where), ...(name.trim() === '' ? {} : { name: name.trim() }) }
}

const propertyJson = (property: Property): Json => ({ [property.place]: property.path.trim() })
const lengthJson = ({ amount, unit }: Length): Json => ({ [unit]: amount })
const unless = (name: string, value: unknown, standard: unknown): Json => (JSON.stringify(value) === JSON.stringify(standard) ? {} : { [name]: value })

export const bracketsOf = (text: string): number[] => text.split(/[\s,]+/).filter((one) => one !== '').map(Number)

function ownJson(d: Draft): Json {
  const unit = unless('unit', d.unit, UNITS_OF[d.kind]?.[0])
  const broken = d.breakdown === null ? {} : { breakdown: propertyJson(d.breakdown), ...unless('limit', d.limit, 10) }
  switch (d.kind) {
    case 'segmentation':
      return {
        series: d.series.map((one) => ({
          ...setJson(one), ...unless('measure', one.measure, 'total'),
          ...(ofValue(one.measure) && one.of !== null ? { of: propertyJson(one.of) } : {}), ...(one.measure === 'quantile' ? { q: one.q } : {}),
        })),
        ...(d.formulae.length === 0 ? {} : { formulae: d.formulae.map(({ name, formula }) => ({ name: name.trim() || formula.trim(), formula: formula.trim() })) }),
        ...unit, ...broken,
      }
    case 'funnel':
      return {
        steps: d.steps.map(setJson), ...unless('window', lengthJson(d.window), lengthJson(WINDOW)), ...unless('order', d.order, 'ordered'),
        ...(d.exclude.length === 0 || d.order === 'any' ? {} : { exclude: d.exclude.map((one) => ({ ...setJson(one), ...(one.after === null ? {} : { after: one.after }) })) }),
        ...(d.same === null ? {} : { same: propertyJson(d.same) }), ...broken,
      }
    case 'retention':
      return {
        begin: setJson(d.begin), again: setJson(d.again), ...unit, ...unless('way', d.way, 'on'),
        ...(d.brackets.trim() === '' ? {} : { brackets: bracketsOf(d.brackets) }), ...unless('recurring', d.recurring, false), ...broken,
      }
    case 'paths':
      return {
        [d.side]: setJson(d.anchor), ...unless('nodes', setJson(d.nodes), {}), ...unless('gap', lengthJson(d.gap), lengthJson(GAP)),
        ...unless('depth', d.depth, 5), ...unless('fold', d.fold, true), ...unless('limit', d.limit, 20),
      }
    case 'sessions':
      return { ...unless('of', setJson(d.of), {}), ...unless('gap', lengthJson(d.gap), lengthJson(GAP)), ...unit }
    default:
      return { of: setJson(d.of), ...unit }
  }
}

export function queryOf(d: Draft): Json {
  const range = d.range.kind === 'last' ? { last: { [d.range.unit]: d.range.amount } } : { from: d.range.from, to: d.range.to }
  return { kind: d.kind, ...ownJson(d), range, zone: d.zone, ...(d.who.trim() === '' ? {} : { who: JSON.parse(d.who) as unknown }), ...whereJson(d.where) }
}

// --- and back ----------------------------------------------------------------------------------------------

/** Thrown where the form has no field for what a query says: it is edited as JSON then. */
class NoForm extends Error {}
const fail = (): never => { throw new NoForm() }

function objectOf(json: unknown, names: readonly string[]): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || Object.keys(json).some((name) => !names.includes(name))) return fail()
  // null is as good as left out: the server gives all members back
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
}

function oneOfList<T extends string>(json: unknown, all: readonly T[], standard: T): T {
  return json === undefined ? standard : (all.find((one) => one === json) ?? fail())
}

const numberOf = (json: unknown, standard: number): number => (json === undefined ? standard : typeof json === 'number' ? json : fail())
const textOf = (json: unknown, standard = ''): string => (json === undefined ? standard : typeof json === 'string' ? json : fail())
const truthOf = (json: unknown, standard: boolean): boolean => (json === undefined ? standard : typeof json === 'boolean' ? json : fail())

function listOf<T>(json: unknown, read: (one: unknown) => T, standard: T[]): T[] {
  return json === undefined ? standard : Array.isArray(json) ? json.map(read) : fail()
}

function whereOf(json: unknown): Where {
  if (json === undefined) return NO_WHERE
  const object = typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : {}
  const join = Object.keys(object).length === 1 ? (['all', 'any'] as const).find((one) => Array.isArray(object[one])) : undefined
  const rows = (join === undefined ? [json] : (object[join] as unknown[])).map((one) => rowOf(one))
  // any of none never holds, which no rows can say
  return rows.every((row) => row !== null) && (join !== 'any' || rows.length > 0) ? { kind: 'rows', join: join ?? 'all', rows } : { kind: 'json', json }
}

const SET = ['event', 'where', 'name'] as const

function setOf(json: unknown, more: readonly string[] = []): EventSet {
  const { event, where, name } = objectOf(json ?? {}, [...SET, ...more])
  return { id: newId(), events: typeof event === 'string' ? [event] : listOf(event, (one) => textOf(one), []), where: whereOf(where), name: textOf(name) }
}

function propertyOf(json: unknown): Property | null {
  if (json === undefined || json === null) return null
  const [place, path] = Object.entries(objectOf(json, PLACES))[0] ?? []
  return { place: oneOfList(place ?? fail(), PLACES, 'property'), path: textOf(path) }
}

function lengthOf(json: unknown, standard: Length): Length {
  if (json === undefined) return standard
  const entries = Object.entries(objectOf(json, LENGTHS))
  const [unit, amount] = entries[0] ?? []
  return entries.length === 1 ? { unit: oneOfList(unit, LENGTHS, 'days'), amount: numberOf(amount, 1) } : fail()
}

function rangeOf(json: unknown): Range {
  if (json === undefined) return { kind: 'last', amount: 30, unit: 'days' }
  const { last, from, to } = objectOf(json, ['last', 'from', 'to'])
  if (last === undefined) return { kind: 'between', from: textOf(from ?? fail()), to: textOf(to ?? fail()) }
  const entries = Object.entries(objectOf(last, RANGE_UNITS))
  const [unit, amount] = entries[0] ?? []
  return entries.length === 1 ? { kind: 'last', unit: oneOfList(unit, RANGE_UNITS, 'days'), amount: numberOf(amount, 30) } : fail()
}

function seriesOf(json: unknown): Series {
  const set = setOf(json, ['measure', 'of', 'q'])
  const { measure, of, q } = objectOf(json, [...SET, 'measure', 'of', 'q'])
  return { ...set, measure: oneOfList(measure, MEASURES, 'total'), of: propertyOf(of), q: numberOf(q, 0.5) }
}

function exclusionOf(json: unknown): Exclusion {
  const set = setOf(json, ['after'])
  const { after } = objectOf(json, [...SET, 'after'])
  return { ...set, after: after === undefined ? null : numberOf(after, 1) }
}

function formulaOf(json: unknown): Formula {
  const { name, formula } = objectOf(json, ['name', 'formula'])
  return { id: newId(), name: textOf(name), formula: textOf(formula) }
}

const COMMON = ['kind', 'range', 'zone', 'who', 'where'] as const
const OWN: Record<Kind, readonly string[]> = {
  segmentation: ['unit', 'series', 'formulae', 'breakdown', 'limit'],
  funnel: ['steps', 'window', 'order', 'exclude', 'same', 'breakdown', 'limit'],
  retention: ['begin', 'again', 'unit', 'way', 'brackets', 'recurring', 'breakdown', 'limit'],
  paths: ['from', 'to', 'nodes', 'gap', 'depth', 'fold', 'limit'],
  stickiness: ['of', 'unit'],
  lifecycle: ['of', 'unit'],
  sessions: ['of', 'gap', 'unit'],
}

export const kindOf = (json: Json): Kind | null => KINDS.find((one) => one === json.kind) ?? null

/** The form of a query; null: the form cannot say it, JSON can. */
export function draftOf(json: Json): Draft | null {
  const kind = kindOf(json)
  if (kind === null) return null
  try {
    const j = objectOf(json, [...COMMON, ...OWN[kind]])
    const start = blank(kind, 'UTC')
    return {
      ...start,
      range: rangeOf(j.range), zone: textOf(j.zone, 'UTC'), who: j.who === undefined ? '' : JSON.stringify(j.who, null, 2), where: whereOf(j.where),
      unit: oneOfList(j.unit, UNITS_OF[kind] ?? UNITS, start.unit), series: listOf(j.series, seriesOf, start.series), formulae: listOf(j.formulae, formulaOf, []),
      breakdown: propertyOf(j.breakdown), limit: numberOf(j.limit, start.limit), steps: listOf(j.steps, (one) => setOf(one), start.steps), window: lengthOf(j.window, WINDOW),
      order: oneOfList(j.order, ORDERS, 'ordered'), exclude: listOf(j.exclude, exclusionOf, []), same: propertyOf(j.same), begin: setOf(j.begin), again: setOf(j.again),
      way: oneOfList(j.way, ['on', 'beyond'], 'on'), brackets: j.brackets === undefined ? '' : listOf(j.brackets, (one) => numberOf(one, 0), []).join(', '),
      recurring: truthOf(j.recurring, false), side: kind === 'paths' && j.to !== undefined ? 'to' : 'from', anchor: kind === 'paths' ? setOf(j.to ?? j.from) : start.anchor,
      nodes: setOf(j.nodes), gap: lengthOf(j.gap, GAP), depth: numberOf(j.depth, 5), fold: truthOf(j.fold, true), of: setOf(j.of),
    }
  } catch (error) {
    if (error instanceof NoForm) return null
    throw error
  }
}

// --- what is missing ---------------------------------------------------------------------------------------

export type Fault = 'event' | 'value' | 'range' | 'order' | 'json' | 'number' | 'formula' | 'condition'

function whereFault(where: Where): boolean {
  return where.kind === 'rows' && where.rows.some((row) => rowFault(row) !== null)
}

function isObject(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && !Array.isArray(read)
  } catch {
    return false
  }
}

function setFaults(faults: Map<string, Fault>, at: string, set: EventSet) {
  if (whereFault(set.where)) faults.set(`${at}/where`, 'condition')
}

const risingFault = (numbers: readonly number[]) => numbers.length < 2 || numbers.some((n, i) => !Number.isInteger(n) || n < 0 || (i > 0 && n <= (numbers[i - 1] ?? 0)))

/** By the place in the query (a JSON pointer), what keeps it from being asked. */
export function faultsOf(d: Draft): Map<string, Fault> {
  const faults = new Map<string, Fault>()
  const need = (at: string, property: Property | null) => {
    if (property !== null && property.path.trim() === '') faults.set(at, 'value')
  }
  if (d.range.kind === 'between') {
    if (d.range.from === '' || d.range.to === '') faults.set('/range', 'range')
    else if (DAY.test(d.range.from) && DAY.test(d.range.to) && d.range.from > d.range.to) faults.set('/range', 'order')
  }
  if (d.who.trim() !== '' && !isObject(d.who)) faults.set('/who', 'json')
  if (whereFault(d.where)) faults.set('/where', 'condition')
  if (WITH_BREAKDOWN.includes(d.kind)) need('/breakdown', d.breakdown)
  if (d.kind === 'segmentation') {
    d.series.forEach((one, i) => {
      setFaults(faults, `/series/${i}`, one)
      if (ofValue(one.measure) && (one.of === null || one.of.path.trim() === '')) faults.set(`/series/${i}/of`, 'value')
    })
    d.formulae.forEach((one, i) => one.formula.trim() === '' && faults.set(`/formulae/${i}`, 'formula'))
  } else if (d.kind === 'funnel') {
    d.steps.forEach((one, i) => {
      if (one.events.length === 0 && one.where.kind === 'rows' && one.where.rows.length === 0) faults.set(`/steps/${i}`, 'event')
      setFaults(faults, `/steps/${i}`, one)
    })
    if (d.order !== 'any') d.exclude.forEach((one, i) => one.events.length === 0 && faults.set(`/exclude/${i}`, 'event'))
    need('/same', d.same)
  } else if (d.kind === 'retention') {
    setFaults(faults, '/begin', d.begin)
    setFaults(faults, '/again', d.again)
    if (d.brackets.trim() !== '' && risingFault(bracketsOf(d.brackets))) faults.set('/brackets', 'number')
  } else if (d.kind === 'paths') {
    setFaults(faults, `/${d.side}`, d.anchor)
    setFaults(faults, '/nodes', d.nodes)
  } else setFaults(faults, '/of', d.of)
  return faults
}

// --- in an address -----------------------------------------------------------------------------------------

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
