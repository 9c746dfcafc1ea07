// SPDX-License-Identifier: Apache-2.0
// A mapping as rows and back (the language stands in docs/connectors.md), and where in it the server found a fault.

export type Mapping = Record<string, unknown>
export type Op = 'there' | 'absent' | 'is' | 'not'
export type Cond = { id: number; path: string; op: Op; values: string[] }
export type Pair = { id: number; name: string; path: string }
export type How = 'path' | 'value' | 'lines'
export type FieldRow = { id: number; to: string; how: How; from: string; as: string; required: boolean; lines: FieldRow[] }
export type Rule = {
  id: number
  when: Cond[]
  type: 'track' | 'identify'
  event: string
  /** The event's name stands in the body, at this path. */
  eventFrom: boolean
  root: string
  each: string
  timestamp: string
  userId: string
  who: Pair[]
  externalIds: Pair[]
  belongsTo: Pair[]
  object: { type: string; id: string; version: string; once: string }
  properties: FieldRow[]
  traits: FieldRow[]
}

export const FORMS = ['text', 'number', 'money', 'amount', 'minor_units', 'bool', 'time', 'currency', 'json'] as const
export const RULES_MAX = 20
export const CONDITIONS_MAX = 8
export const FIELDS_MAX = 100

let ids = 0
const newId = () => {
  ids += 1
  return ids
}

export const newCond = (): Cond => ({ id: newId(), path: '^type', op: 'is', values: [] })
export const newPair = (): Pair => ({ id: newId(), name: '', path: '' })
export const newField = (): FieldRow => ({ id: newId(), to: '', how: 'path', from: '', as: '', required: false, lines: [] })
export const newRule = (): Rule => ({
  id: newId(), when: [newCond()], type: 'track', event: '', eventFrom: false, root: '', each: '', timestamp: '', userId: '', who: [{ ...newPair(), name: 'customer' }], externalIds: [], belongsTo: [],
  object: { type: '', id: '', version: '', once: '' }, properties: [newField()], traits: [],
})

// ---- values ----

/** A fixed value: JSON as such, but for numbers that would be rounded; anything else as text. */
export function valueOf(text: string): unknown {
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return Number.isInteger(Number(text)) && !Number.isSafeInteger(Number(text)) ? text : Number(text)
  if (!/^(?:true|false|null)$|^["{[]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** So that it is read back as the same: a text that would be read as something else stands in quotes. */
export const textOfValue = (value: unknown): string => (typeof value === 'string' && valueOf(value) === value ? value : JSON.stringify(value))

// ---- from JSON ----

/** Thrown at what rows have no place for. */
class Unshown extends Error {}

function objectOf(value: unknown, members?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unshown()
  if (members && Object.keys(value).some((name) => !members.includes(name))) throw new Unshown()
  return value as Record<string, unknown>
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unshown()
  return value
}

function textOf(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') throw new Unshown()
  return value
}

function condOf(value: unknown): Cond {
  const { path, is, not, absent } = objectOf(value, ['path', 'is', 'not', 'absent'])
  if ([is, not, absent].filter((one) => one !== undefined).length > 1 || (absent !== undefined && absent !== true)) throw new Unshown()
  const op = is !== undefined ? 'is' : not !== undefined ? 'not' : absent === true ? 'absent' : 'there'
  return { id: newId(), path: textOf(path), op, values: listOf(is ?? not ?? []).map(textOfValue) }
}

function pairsOf(value: unknown): Pair[] {
  return value === undefined ? [] : Object.entries(objectOf(value)).map(([name, path]) => ({ id: newId(), name, path: textOf(path) }))
}

function fieldOf(to: string, value: unknown): FieldRow {
  const row = { ...newField(), to }
  if (typeof value === 'string') return { ...row, from: value }
  const spec = objectOf(value, ['path', 'as', 'required', 'lines', 'value'])
  if (spec.required !== undefined && typeof spec.required !== 'boolean') throw new Unshown()
  const whole = { ...row, from: textOf(spec.path), as: textOf(spec.as), required: spec.required === true }
  if (spec.value !== undefined) {
    if (spec.path !== undefined || spec.as !== undefined || spec.lines !== undefined || spec.required !== undefined) throw new Unshown()
    return { ...row, how: 'value', from: textOfValue(spec.value) }
  }
  if (spec.lines === undefined) return whole
  if (spec.as !== undefined) throw new Unshown()
  return { ...whole, how: 'lines', lines: fieldsOf(spec.lines) }
}

function fieldsOf(value: unknown): FieldRow[] {
  return value === undefined ? [] : Object.entries(objectOf(value)).map(([to, spec]) => fieldOf(to, spec))
}

const MEMBERS = ['when', 'type', 'event', 'root', 'each', 'timestamp', 'user_id', 'who', 'external_ids', 'belongs_to', 'object', 'properties', 'traits']

function ruleOf(value: unknown): Rule {
  const rule = objectOf(value, MEMBERS)
  const object = objectOf(rule.object ?? {}, ['type', 'id', 'version', 'once'])
  const type = rule.type ?? 'track'
  if (type !== 'track' && type !== 'identify') throw new Unshown()
  const from = typeof rule.event === 'object'
  return {
    id: newId(), type, when: rule.when === undefined ? [] : listOf(rule.when).map(condOf),
    event: from ? textOf(objectOf(rule.event, ['path']).path) : textOf(rule.event), eventFrom: from,
    root: textOf(rule.root), each: textOf(rule.each), timestamp: textOf(rule.timestamp), userId: textOf(rule.user_id),
    who: pairsOf(rule.who), externalIds: pairsOf(rule.external_ids), belongsTo: pairsOf(rule.belongs_to),
    object: { type: textOf(object.type), id: textOf(object.id), version: textOf(object.version), once: textOf(object.once) },
    properties: fieldsOf(rule.properties), traits: fieldsOf(rule.traits),
  }
}

/** Null where it holds something that rows would lose. */
export function rulesOf(mapping: Mapping): Rule[] | null {
  try {
    return listOf(objectOf(mapping, ['rules']).rules ?? []).map(ruleOf)
  } catch (error) {
    if (error instanceof Unshown) return null
    throw error
  }
}

// ---- to JSON ----

/** Without what is empty. */
function filled(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''))
}

function ofPairs(pairs: readonly Pair[]): Record<string, string> | undefined {
  const rows = pairs.filter((pair) => pair.name !== '' || pair.path !== '')
  return rows.length === 0 ? undefined : Object.fromEntries(rows.map((pair) => [pair.name.trim(), pair.path.trim()]))
}

function ofField(row: FieldRow): unknown {
  const path = row.from.trim()
  if (row.how === 'value') return { value: valueOf(row.from) }
  const required = row.required || undefined
  if (row.how === 'lines') return filled({ path, lines: ofFields(row.lines) ?? {}, required })
  return row.as === '' && !row.required ? path : { path, ...filled({ as: row.as, required }) }
}

function ofFields(rows: readonly FieldRow[]): Record<string, unknown> | undefined {
  const said = rows.filter((row) => row.to !== '' || row.from !== '')
  return said.length === 0 ? undefined : Object.fromEntries(said.map((row) => [row.to.trim(), ofField(row)]))
}

function ofCond({ path, op, values }: Cond): Record<string, unknown> {
  const at = { path: path.trim() }
  if (op === 'absent') return { ...at, absent: true }
  return op === 'there' ? at : { ...at, [op]: values.map(valueOf) }
}

function ofRule(rule: Rule): Record<string, unknown> {
  const object = filled(rule.object)
  const event = rule.event.trim()
  return filled({
    when: rule.when.length === 0 ? undefined : rule.when.map(ofCond),
    type: rule.type,
    event: rule.type === 'identify' || event === '' ? '' : rule.eventFrom ? { path: event } : event,
    root: rule.root.trim(), each: rule.each.trim(),
    object: Object.keys(object).length === 0 ? undefined : object,
    who: ofPairs(rule.who), user_id: rule.userId.trim(), external_ids: ofPairs(rule.externalIds), belongs_to: ofPairs(rule.belongsTo), timestamp: rule.timestamp.trim(),
    properties: ofFields(rule.properties), traits: ofFields(rule.traits),
  })
}

export const mappingOf = (rules: readonly Rule[]): Mapping => ({ rules: rules.map(ofRule) })

export const textOfMapping = (mapping: Mapping): string => JSON.stringify(mapping, null, 2)

/** The mapping of a text, or null when it is no JSON object. */
export function parse(text: string): Mapping | null {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Mapping) : null
  } catch {
    return null
  }
}

/** Names that stand twice in a list: only the last of them would be kept. */
export function twiceOf(names: readonly string[]): Set<string> {
  const trimmed = names.map((name) => name.trim()).filter((name) => name !== '')
  return new Set(trimmed.filter((name, i) => trimmed.indexOf(name) !== i))
}

// ---- faults ----

export type Section = 'when' | 'event' | 'where' | 'who' | 'object' | 'properties' | 'traits'
/** `rule` from 0; null: the mapping as a whole. `section` null: the rule as a whole. */
export type Fault = { rule: number | null; section: Section | null; text: string }

const sections: [RegExp, Section][] = [
  [/^when /, 'when'], [/^(event|type) /, 'event'], [/^(root|each|timestamp) /, 'where'], [/^(who|user_id|external_ids) /, 'who'],
  [/^(object(\.\w+)?|belongs_to) /, 'object'], [/^properties\./, 'properties'], [/^(context\.)?traits\./, 'traits'],
]

/** What the server says of a mapping, and where; null where it speaks of the body. */
export function faultOf(message: string): Fault | null {
  const found = /^mapping: (?:rule (\d+): )?(.*)$/s.exec(message)
  if (!found) return null
  const text = found[2] ?? ''
  const rule = found[1] === undefined ? null : Number(found[1]) - 1
  return { rule, section: rule === null ? null : (sections.find(([pattern]) => pattern.test(text))?.[1] ?? null), text }
}

// ---- what a body offers ----

const PATHS_MAX = 200
const DEPTH = 6

function walk(value: unknown, path: string, depth: number, out: string[]) {
  if (out.length >= PATHS_MAX || depth > DEPTH) return
  if (path !== '') out.push(path)
  if (typeof value !== 'object' || value === null) return
  const under = path === '' ? '' : `${path}.`
  if (Array.isArray(value)) walk(value[0], `${under}0`, depth + 1, out)
  else for (const [name, one] of Object.entries(value)) walk(one, `${under}${name.replaceAll(' ', '%20')}`, depth + 1, out)
}

/** What a path leads to, from `from` or, with ^ in front, from the top. */
export function valueAt(top: unknown, from: unknown, path: string): unknown {
  const [first = ''] = path.split('|')
  const begin = first.startsWith('^') ? top : from
  const names = first.replace(/^\^/, '').split('.').filter((name) => name !== '')
  return names.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name.replaceAll('%20', ' ')] : undefined), begin)
}

/** Where a rule's paths begin: its root, and of a list its first item. */
export function scopeOf(top: unknown, rule: Pick<Rule, 'root' | 'each'>): unknown {
  const root = rule.root === '' ? top : valueAt(top, top, rule.root)
  if (rule.each === '') return root
  const list = valueAt(top, root, rule.each)
  return Array.isArray(list) ? (list[0] as unknown) : undefined
}

/** The paths of a body: from `scope`, and where that is not the top, from the top with ^. */
export function pathsOf(top: unknown, scope: unknown): string[] {
  const near: string[] = []
  walk(scope, '', 0, near)
  if (scope === top) return near
  const far: string[] = []
  walk(top, '', 0, far)
  return [...near, ...far.map((path) => `^${path}`)].slice(0, PATHS_MAX)
}

/** A first rule for a body, to be looked over. */
export function starter(body: unknown): Rule {
  const root = typeof valueAt(body, body, 'data') === 'object' ? 'data' : ''
  const type = valueAt(body, body, 'type')
  const paths = pathsOf(body, scopeOf(body, { root, each: '' })).filter((path) => !path.startsWith('^'))
  const pick = (...patterns: RegExp[]) => patterns.map((pattern) => paths.find((path) => pattern.test(path))).find((path) => path !== undefined) ?? ''
  const field = (to: string, from: string, as = ''): FieldRow[] => (from === '' ? [] : [{ ...newField(), to, from, as }])
  return {
    ...newRule(),
    when: typeof type === 'string' ? [{ ...newCond(), values: [textOfValue(type)] }] : [], root, event: 'Order Completed',
    who: [{ ...newPair(), name: 'customer', path: pick(/customer\.id$/, /customer_id$/, /user_?id$/i, /(^|\.)id$/) }],
    timestamp: pick(/(^|\.)(paid|created|placed)_at$/, /_at$/, /(^|\.)(date|time|timestamp)$/),
    properties: [...field('order_id', pick(/(^|\.)order_id$/, /^id$/)), ...field('total', pick(/(^|\.)total(_price)?$/, /amount$/), 'money'), ...field('currency', pick(/currency/), 'currency')],
    traits: field('email', pick(/e?mail$/)),
  }
}
