// SPDX-License-Identifier: Apache-2.0
// The mapping as rows of a table: which column goes where. What a row does not show is kept as it stands.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Mapping = { [name: string]: Json }

export const TYPES = ['text', 'int', 'decimal', 'bool', 'time', 'json'] as const
export type CellType = (typeof TYPES)[number]

export type MapRow = {
  id: number
  /** Of the file; '' when the value comes from elsewhere. */
  column: string
  /** Where it goes; '' for nowhere. */
  target: string
  type: CellType
  /** Of times; '' for RFC 3339. */
  format: string
  /** What else the member holds: prefix, if_empty, zone ... */
  rest: { [name: string]: Json }
  /** A value without a column: constant or sum. */
  fixed: Json | undefined
  /** Its column is typed by a person, known or not. */
  typed?: boolean
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rowOf(id: number, target: string, value: Json): MapRow {
  const plain = { id, target, type: 'text' as CellType, format: '', rest: {} }
  if (typeof value === 'string') return { ...plain, column: value, fixed: undefined }
  if (!isObject(value) || typeof value.column !== 'string') return { ...plain, column: '', fixed: value }
  const { column, type, format, ...rest } = value
  return { ...plain, column, type: TYPES.find((one) => one === type) ?? 'text', format: typeof format === 'string' ? format : '', rest, fixed: undefined }
}

/** The columns of the file in their order, each with where it goes (several times where it goes to several places), then what has no column. */
export function rowsOf(mapping: Mapping, columns: readonly string[]): MapRow[] {
  const members = isObject(mapping.columns) ? Object.entries(mapping.columns) : []
  const all = members.map(([target, value], i) => rowOf(i, target, value))
  let next = all.length
  const known = columns.flatMap((column) => {
    const mine = all.filter((row) => row.column === column && row.fixed === undefined)
    return mine.length > 0 ? mine : [{ ...rowOf(next++, '', column), column }]
  })
  return [...known, ...all.filter((row) => row.fixed !== undefined || !columns.includes(row.column))]
}

/** The rows, with one for each column that had none. */
export function withColumns(rows: MapRow[], columns: readonly string[]): MapRow[] {
  const known = new Set(rows.map((row) => row.column))
  const next = Math.max(-1, ...rows.map((row) => row.id)) + 1
  const more = columns.filter((column) => !known.has(column)).map((column, i) => rowOf(next + i, '', column))
  return more.length === 0 ? rows : [...rows, ...more]
}

function valueOf(row: MapRow): Json {
  if (row.fixed !== undefined) return row.fixed
  const value: { [name: string]: Json } = { column: row.column }
  if (row.type !== 'text') value.type = row.type
  if (row.type === 'time' && row.format !== '') value.format = row.format
  return { ...value, ...row.rest }
}

/** The mapping with these rows in it. */
export function mappingOf(mapping: Mapping, rows: readonly MapRow[]): Mapping {
  return { ...mapping, columns: Object.fromEntries(rows.filter((row) => row.target.trim() !== '' && (row.column !== '' || row.fixed !== undefined)).map((row) => [row.target.trim(), valueOf(row)])) }
}

const TARGET = /^(userId|anonymousId|groupId|previousId|timestamp|category|(properties|traits|context)\.[^\s.][^\s]*)$/

/** What is wrong with a row's target: no such place, or another row goes there too. */
export function targetFault(row: MapRow, rows: readonly MapRow[]): 'unknown' | 'twice' | null {
  const target = row.target.trim()
  if (target === '') return null
  if (!TARGET.test(target)) return 'unknown'
  return rows.some((other) => other.id !== row.id && other.target.trim() === target) ? 'twice' : null
}

export type EventPart = { type: string; name: string }

/** What the event is, where that is plain: a type and a name that are texts. Else null, and it is left to the text view. */
export function eventOf(mapping: Mapping): EventPart | null {
  const event = mapping.event
  if (event === undefined) return { type: 'track', name: '' }
  if (!isObject(event)) return null
  const { type = 'track', name = '' } = event
  return typeof type === 'string' && typeof name === 'string' ? { type, name } : null
}

export function withEvent(mapping: Mapping, part: EventPart): Mapping {
  const before = isObject(mapping.event) ? mapping.event : {}
  const { name: _, ...rest } = before
  return { ...mapping, event: { ...rest, type: part.type, ...(part.name.trim() === '' ? {} : { name: part.name.trim() }) } }
}

/** The mapping for files of another format; events have nothing else of it. */
export function asFormat(mapping: Mapping, format: string): Mapping {
  if (format === 'events') return { format }
  return { event: { type: 'track', name: '' }, columns: {}, ...mapping, format }
}

/** A text as a mapping, or what is wrong with it. */
export function parseMapping(text: string): { mapping: Mapping; fault: null } | { mapping: null; fault: string } {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? { mapping: value, fault: null } : { mapping: null, fault: '{ … }' }
  } catch (error) {
    return { mapping: null, fault: error instanceof Error ? error.message : String(error) }
  }
}

/** Places to offer: ids and stamps, then where the columns would go by their names. */
export function suggestions(columns: readonly string[]): string[] {
  const own = columns.map((column) => `properties.${column.trim().replaceAll(/[^\p{L}\p{N}]+/gu, '_').replaceAll(/^_+|_+$/g, '').toLowerCase()}`)
  return [...new Set(['userId', 'anonymousId', 'timestamp', 'groupId', 'category', 'traits.email', 'traits.name', ...own.filter((one) => one !== 'properties.')])]
}
