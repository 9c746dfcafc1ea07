// SPDX-License-Identifier: Apache-2.0
// A fold as a form: what the API takes and gives as JSON (docs/rules.md), and the rows, fields and lists that people edit.

export const KINDS = ['count', 'exists', 'sum', 'average', 'least', 'most', 'first', 'last', 'most_frequent', 'distinct'] as const
export type Kind = (typeof KINDS)[number]
export const UNITS = ['minutes', 'hours', 'days'] as const
export type Unit = (typeof UNITS)[number] | 'seconds'
export const SPANS = ['day', 'week', 'month', 'quarter', 'year'] as const
export type Span = (typeof SPANS)[number]
/** Where a condition looks at the event. */
export const PLACES = ['property', 'context', 'field'] as const
/** And at the person, for who knows whose the event is. */
export const ALL_PLACES = [...PLACES, 'trait'] as const
export type Place = (typeof ALL_PLACES)[number]
export const FIELDS = ['event', 'type', 'channel', 'source', 'timestamp'] as const

export const OPERATORS = [
  'equals', 'not_equals', 'one_of', 'none_of', 'contains', 'not_contains', 'begins_with', 'ends_with', 'less', 'at_most', 'more', 'at_least', 'between',
  'before', 'after', 'exists', 'absent', 'true', 'false',
] as const
export type Operator = (typeof OPERATORS)[number]

export type Json = Record<string, unknown>
export type Window = { kind: 'ever' } | { kind: 'last'; amount: number; unit: Unit } | { kind: 'calendar'; span: Span; zone: string; back: number }
/** One condition as people see it: `values` are the texts of its fields. */
export type Row = { id: number; place: Place; name: string; is: Operator; values: string[] }
/** Rows joined by one word, or what rows cannot say. */
export type Where = { kind: 'rows'; join: 'all' | 'any'; rows: Row[] } | { kind: 'json'; json: unknown }

export type Form = {
  fold: Kind
  events: string[]
  /** Where the value stands that is folded; not for count and exists. */
  place: 'property' | 'context'
  path: string
  currency: boolean
  window: Window
  where: Where
}

export const NO_WHERE: Where = { kind: 'rows', join: 'all', rows: [] }
export const BLANK: Form = { fold: 'count', events: [], place: 'property', path: '', currency: false, window: { kind: 'last', amount: 30, unit: 'days' }, where: NO_WHERE }

/** Whether the fold is of a value of the event. */
export const takesValue = (fold: Kind) => fold !== 'count' && fold !== 'exists'

/** How many texts an operator is written with; -1: as many as one likes. */
export function arity(is: Operator): 0 | 1 | 2 | -1 {
  if (is === 'between') return 2
  if (is === 'one_of' || is === 'none_of') return -1
  return is === 'exists' || is === 'absent' || is === 'true' || is === 'false' ? 0 : 1
}

const NUMERIC: readonly Operator[] = ['less', 'at_most', 'more', 'at_least', 'between']
const EITHER: readonly Operator[] = ['equals', 'not_equals', 'one_of', 'none_of']
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

let nextRow = 1
export const newRow = (): Row => ({ id: nextRow++, place: 'property', name: '', is: 'equals', values: [''] })

/** "5" in a field means the number; "\"5\"" the text. */
function valueOf(is: Operator, text: string): unknown {
  const plain = text.trim()
  if (NUMERIC.includes(is)) return NUMBER.test(plain) ? Number(plain) : plain
  if (!EITHER.includes(is)) return text
  if (NUMBER.test(plain)) return Number(plain)
  if (plain === 'true' || plain === 'false') return plain === 'true'
  const quoted = /^"(.*)"$/.exec(plain)
  return quoted ? quoted[1] : text
}

function textOf(is: Operator, value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return null
  return EITHER.includes(is) && (NUMBER.test(value.trim()) || /^(true|false)$|^".*"$/.test(value.trim())) ? `"${value}"` : value
}

export function conditionOf(row: Row): Json {
  const values = row.values.map((text) => valueOf(row.is, text))
  const n = arity(row.is)
  return { [row.place]: row.name.trim(), is: row.is, ...(n === 0 ? {} : { value: n === 1 ? values[0] : values }) }
}

/** null: a row cannot say it. */
export function rowOf(condition: unknown, places: readonly Place[] = PLACES): Row | null {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return null
  const { is, value, ...rest } = condition as Json
  const [place, name] = Object.entries(rest)[0] ?? []
  const operator = OPERATORS.find((one) => one === is)
  const at = places.find((one) => one === place)
  if (operator === undefined || at === undefined || Object.keys(rest).length !== 1 || typeof name !== 'string') return null
  const n = arity(operator)
  const given = n === 0 ? [] : n === 1 ? [value] : value
  if (!Array.isArray(given) || (n === 2 && given.length !== 2)) return null
  const values = given.map((one) => textOf(operator, one))
  return values.every((one) => one !== null) ? { id: nextRow++, place: at, name, is: operator, values } : null
}

function whereOf(where: unknown): Where {
  if (where === undefined || where === null) return NO_WHERE
  const object = typeof where === 'object' && !Array.isArray(where) ? (where as Json) : {}
  const join = Object.keys(object).length === 1 ? (['all', 'any'] as const).find((one) => Array.isArray(object[one])) : undefined
  const rows = (join === undefined ? [where] : (object[join] as unknown[])).map((one) => rowOf(one))
  return rows.every((row) => row !== null) ? { kind: 'rows', join: join ?? 'all', rows } : { kind: 'json', json: where }
}

function windowOf(window: unknown): Window | null {
  if (window === undefined || window === null) return { kind: 'ever' }
  const { last, calendar, zone, back } = window as { last?: Json; calendar?: unknown; zone?: unknown; back?: unknown }
  const span = SPANS.find((one) => one === calendar)
  if (span !== undefined) return { kind: 'calendar', span, zone: typeof zone === 'string' ? zone : 'UTC', back: typeof back === 'number' ? back : 0 }
  const [unit, amount] = Object.entries(last ?? {})[0] ?? []
  const known = (['seconds', ...UNITS] as const).find((one) => one === unit)
  return known !== undefined && typeof amount === 'number' ? { kind: 'last', amount, unit: known } : null
}

/** The form of a fold; null: the form cannot say it, JSON can. */
export function formOf(json: Json): Form | null {
  const fold = KINDS.find((one) => one === json.fold)
  const window = windowOf(json.window)
  const events = json.events ?? []
  if (fold === undefined || window === null || !Array.isArray(events) || events.some((one) => typeof one !== 'string')) return null
  const place = typeof json.context === 'string' ? 'context' : 'property'
  const path = json[place]
  return { fold, events: events as string[], place, path: typeof path === 'string' ? path : '', currency: json.currency === true, window, where: whereOf(json.where) }
}

function windowJson(window: Window): Json {
  if (window.kind === 'ever') return {}
  if (window.kind === 'last') return { window: { last: { [window.unit]: window.amount } } }
  return { window: { calendar: window.span, zone: window.zone, ...(window.back === 0 ? {} : { back: window.back }) } }
}

function whereJson(where: Where): Json {
  if (where.kind === 'json') return { where: where.json }
  const conditions = where.rows.map(conditionOf)
  return conditions.length === 0 ? {} : { where: { [where.join]: conditions } }
}

export function jsonOf(form: Form): Json {
  return {
    fold: form.fold,
    ...(form.events.length > 0 ? { events: form.events } : {}),
    ...(takesValue(form.fold) ? { [form.place]: form.path.trim() } : {}),
    ...(form.fold === 'sum' && form.currency ? { currency: true } : {}),
    ...windowJson(form.window),
    ...whereJson(form.where),
  }
}

export type Fault = 'no value' | 'no name' | 'no number' | 'no condition value'

export function rowFault(row: Row): Fault | null {
  if (row.name.trim() === '') return 'no name'
  const n = arity(row.is)
  if (n !== 0 && (row.values.length === 0 || row.values.some((text) => text.trim() === ''))) return 'no condition value'
  return NUMERIC.includes(row.is) && row.values.some((text) => !NUMBER.test(text.trim())) ? 'no number' : null
}

/** What is missing before it is worth asking the server; by row, or of the whole. */
export function faultsOf(form: Form): Map<number | 'path', Fault> {
  const faults = new Map<number | 'path', Fault>()
  if (takesValue(form.fold) && form.path.trim() === '') faults.set('path', 'no value')
  for (const row of form.where.kind === 'rows' ? form.where.rows : []) {
    const fault = rowFault(row)
    if (fault !== null) faults.set(row.id, fault)
  }
  return faults
}

/** Another operator keeps what was typed as far as it can. */
export function withOperator(row: Row, is: Operator): Row {
  const n = arity(is)
  const typed = row.values.filter((text) => text !== '')
  if (n === 0) return { ...row, is, values: [] }
  if (n === -1) return { ...row, is, values: typed }
  return { ...row, is, values: Array.from({ length: n }, (_, i) => typed[i] ?? '') }
}
