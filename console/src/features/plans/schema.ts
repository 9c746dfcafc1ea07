// SPDX-License-Identifier: Apache-2.0
// A rule's JSON Schema as rows of a table, and back. What the table does not show is kept as it stands.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Schema = { [name: string]: Json }
export type EventType = 'track' | 'identify' | 'page' | 'screen' | 'group'

export type PropRow = {
  id: string
  name: string
  /** '' for any, 'string', 'string|null' ... */
  type: string
  required: boolean
  /** null when there is none, or one that is not made of texts, numbers and truths. */
  enum: string[] | null
  pattern: string
  format: string
  description: string
  /** Keywords that the table does not show. */
  rest: Schema
  /** Of an object, one level down. */
  children: PropRow[]
  /** A schema that is true or false. */
  whole: boolean | null
}

export const TYPES = ['', 'string', 'number', 'integer', 'boolean', 'object', 'array', 'null', 'string|null', 'number|null', 'integer|null', 'boolean|null', 'object|null', 'array|null'] as const
export const FORMATS = ['date-time', 'date', 'time', 'email', 'uri', 'uuid', 'ipv4', 'ipv6'] as const

let nextId = 1

export function isObject(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function emptyRow(): PropRow {
  return { id: `p${nextId++}`, name: '', type: '', required: false, enum: null, pattern: '', format: '', description: '', rest: {}, children: [], whole: null }
}

function typeOf(value: Json | undefined): string | null {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string') ? value.join('|') : null
}

function isPlain(value: Json): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function baseTypes(type: string): string[] {
  return type === '' ? [] : type.split('|').filter((one) => one !== 'null')
}

/** A word of an enum as the type has it: 5 of a number is a number. */
function valueOf(word: string, type: string): Json {
  const types = baseTypes(type)
  if ((types.includes('number') || types.includes('integer')) && word.trim() !== '' && Number.isFinite(Number(word))) return Number(word)
  if (types.includes('boolean') && (word === 'true' || word === 'false')) return word === 'true'
  return word
}

function rowOf(name: string, schema: Json, required: boolean, depth: number): PropRow {
  const row = { ...emptyRow(), name, required }
  if (!isObject(schema)) return { ...row, whole: schema !== false }
  const { type, enum: values, pattern, format, description, ...rest } = schema
  const known = typeOf(type)
  // words that would not come back as what they are stay as they stand
  const words = Array.isArray(values) && values.every(isPlain) && values.every((v) => valueOf(String(v), known ?? '') === v) ? values.map(String) : null
  const kept: Schema = { ...rest }
  if (known === null && type !== undefined) kept.type = type
  if (words === null && values !== undefined) kept.enum = values
  for (const [key, value] of Object.entries({ pattern, format, description })) if (value !== undefined && typeof value !== 'string') kept[key] = value
  const made: PropRow = { ...row, type: known ?? '', enum: words, pattern: text(pattern), format: text(format), description: text(description), rest: kept }
  if (depth > 0 || !isObject(kept.properties)) return made
  const inner = Array.isArray(kept.required) ? kept.required : []
  made.children = Object.entries(kept.properties).map(([child, value]) => rowOf(child, value, inner.includes(child), depth + 1))
  return made
}

function namesOf(rows: readonly PropRow[], before: Json | undefined): string[] {
  const named = new Set(rows.map((row) => row.name))
  // required names without a schema of their own are nobody's row
  const others = (Array.isArray(before) ? before : []).filter((one): one is string => typeof one === 'string' && !named.has(one))
  return [...rows.filter((row) => row.required && row.name !== '').map((row) => row.name), ...others]
}

function write(target: Schema, rows: readonly PropRow[], gone: ReadonlySet<string>, depth: number): Schema {
  const made: Schema = { ...target, properties: Object.fromEntries(rows.filter((row) => row.name !== '').map((row) => [row.name, schemaOf(row, depth)])) }
  const required = namesOf(rows, target.required).filter((name) => !gone.has(name) || rows.some((row) => row.name === name))
  if (required.length > 0) made.required = required
  else delete made.required
  return made
}

function schemaOf(row: PropRow, depth: number): Json {
  if (row.whole !== null) return row.whole
  let made: Schema = {}
  if (row.type !== '') made.type = row.type.includes('|') ? row.type.split('|') : row.type
  if (row.enum !== null && row.enum.length > 0) made.enum = row.enum.map((word) => valueOf(word, row.type))
  if (row.pattern !== '') made.pattern = row.pattern
  if (row.format !== '') made.format = row.format
  if (row.description !== '') made.description = row.description
  made = { ...made, ...row.rest }
  const before = isObject(row.rest.properties) ? Object.keys(row.rest.properties) : []
  // what lies deeper than the table shows stands in rest as it was
  if (depth > 0 || (row.children.length === 0 && before.length === 0)) return made
  return write(made, row.children, new Set(before), depth + 1)
}

/** Where an event's own members are. */
export function placeOf(type: EventType): 'properties' | 'traits' {
  return type === 'identify' || type === 'group' ? 'traits' : 'properties'
}

function holderOf(schema: Schema, type: EventType): Schema {
  const members = isObject(schema.properties) ? schema.properties : {}
  const holder = members[placeOf(type)]
  return isObject(holder) ? holder : {}
}

export function rowsOf(schema: Schema, type: EventType): PropRow[] {
  const holder = holderOf(schema, type)
  const required = Array.isArray(holder.required) ? holder.required : []
  return Object.entries(isObject(holder.properties) ? holder.properties : {}).map(([name, value]) => rowOf(name, value, required.includes(name), 0))
}

/** The schema with these rows. Where one is required, so is what holds it: else an event without any would pass. */
export function withRows(schema: Schema, type: EventType, rows: readonly PropRow[]): Schema {
  const place = placeOf(type)
  const holder = holderOf(schema, type)
  const before = isObject(holder.properties) ? Object.keys(holder.properties) : []
  const members = isObject(schema.properties) ? schema.properties : {}
  const made: Schema = { type: 'object', ...schema, properties: { ...members, [place]: write({ type: 'object', ...holder }, rows, new Set(before), 0) } }
  if (rows.some((row) => row.required && row.name !== '')) {
    const required = Array.isArray(schema.required) ? schema.required : []
    made.required = required.includes(place) ? required : [...required, place]
  }
  return made
}

export type RowFault = 'no name' | 'twice' | 'pattern'

export function rowFault(row: PropRow, rows: readonly PropRow[]): RowFault | null {
  if (row.name === '') return 'no name'
  if (rows.some((other) => other.id !== row.id && other.name === row.name)) return 'twice'
  try {
    new RegExp(row.pattern, 'u')
    return null
  } catch {
    return 'pattern'
  }
}

/** Whether any of these rows, or of those in them, is wrong. */
export function anyFault(rows: readonly PropRow[]): boolean {
  return rows.some((row) => rowFault(row, rows) !== null || anyFault(row.children))
}

export function parseSchema(value: string): { schema: Schema; fault: null } | { schema: null; fault: string } {
  try {
    const parsed = JSON.parse(value) as Json
    return isObject(parsed) ? { schema: parsed, fault: null } : { schema: null, fault: '{ … }' }
  } catch (error) {
    return { schema: null, fault: error instanceof Error ? error.message : String(error) }
  }
}
