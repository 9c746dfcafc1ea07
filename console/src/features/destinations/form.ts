// SPDX-License-Identifier: Apache-2.0
// A destination as it is typed, and what the server takes.
import { type Filter, filterFault, filterJson, filterOf, NO_FILTER } from './filter'
import type { Destination, DestinationAdd, DestinationEdit, Kind } from './model'

/** What a row of the mapping holds: a path in the event, a trait of its person, or always the same. */
export const MAP_KINDS = ['from', 'trait', 'value'] as const
export type MapKind = (typeof MAP_KINDS)[number]
export type MapRow = { id: number; to: string; kind: MapKind; text: string }
export type EventRow = { id: number; name: string; as: string }

export type Form = {
  name: string
  settings: Record<string, string>
  filter: Filter
  mapping: MapRow[]
  events: EventRow[]
  purposes: string[]
  inOrder: boolean
  historical: boolean
  redrivePerS: number
}

/** Where a fault stands: 'name', 'settings.url', 'filter', 'mapping', 'events'. */
export type Fault = 'missing' | 'not JSON' | 'incomplete'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value))

/** A fixed value so that it is read back as the same: a text that would be read as something else stands in quotes. */
const fixedText = (value: unknown): string => (typeof value === 'string' && valueOf(value) === value ? value : JSON.stringify(value))

export function mapRowsOf(mapping: readonly unknown[]): MapRow[] {
  return mapping.map((row, id) => {
    const { to, value, ...rest } = row as { to?: unknown; from?: unknown; trait?: unknown; value?: unknown }
    const kind = rest.from !== undefined ? 'from' : rest.trait !== undefined ? 'trait' : 'value'
    return { id, to: textOf(to), kind, text: kind === 'value' ? fixedText(value) : textOf(rest[kind]) }
  })
}

export function formOf(kind: Kind, of?: Destination): Form {
  if (!of) return { name: '', settings: {}, filter: NO_FILTER, mapping: [], events: [], purposes: [...kind.purposes], inOrder: false, historical: false, redrivePerS: 500 }
  return {
    name: of.name,
    settings: { ...of.settings },
    filter: filterOf(of.filter),
    mapping: mapRowsOf(of.mapping ?? []),
    events: (of.events ?? []).map((row, id) => {
      const { name, as } = row as { name?: unknown; as?: unknown }
      return { id, name: textOf(name), as: textOf(as) }
    }),
    purposes: [...of.purposes],
    inOrder: of.in_order,
    historical: of.historical,
    redrivePerS: of.redrive_per_s,
  }
}

/** What is missing before it can be saved. `stored`: secrets that the server has. */
export function faultsOf(form: Form, kind: Kind, stored: readonly string[]): Map<string, Fault> {
  const faults = new Map<string, Fault>()
  if (form.name.trim() === '') faults.set('name', 'missing')
  for (const field of kind.fields) {
    const empty = (form.settings[field.name] ?? '').trim() === ''
    if (field.required && empty && !stored.includes(field.name)) faults.set(`settings.${field.name}`, 'missing')
  }
  const wrong = filterFault(form.filter)
  if (wrong !== null) faults.set('filter', wrong)
  if (form.mapping.some((row) => row.to.trim() === '' || (row.kind !== 'value' && row.text.trim() === ''))) faults.set('mapping', 'incomplete')
  if (form.events.some((row) => row.name.trim() === '')) faults.set('events', 'incomplete')
  return faults
}

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

function settingsOf(form: Form, kind: Kind, stored: readonly string[], anew: boolean): Record<string, string | null> {
  const out: Record<string, string | null> = {}
  for (const field of kind.fields) {
    const text = form.settings[field.name] ?? ''
    if (text !== '') out[field.name] = text
    // an empty secret stays what it is; any other is back at its default
    else if (!anew && !(field.secret && stored.includes(field.name))) out[field.name] = null
  }
  return out
}

function shared(form: Form) {
  return {
    name: form.name.trim(),
    filter: filterJson(form.filter) as Record<string, never> | null,
    mapping: form.mapping.length === 0 ? null : (form.mapping.map((row) => ({ to: row.to.trim(), [row.kind]: row.kind === 'value' ? valueOf(row.text) : row.text.trim() })) as never[]),
    events: form.events.length === 0 ? null : (form.events.map((row) => (row.as.trim() === '' ? { name: row.name.trim() } : { name: row.name.trim(), as: row.as.trim() })) as never[]),
    purposes: form.purposes as never[],
    in_order: form.inOrder,
    historical: form.historical,
    redrive_per_s: form.redrivePerS,
  }
}

export function addOf(form: Form, kind: Kind): DestinationAdd {
  return { ...shared(form), kind: kind.name, settings: settingsOf(form, kind, [], true) as Record<string, never> }
}

export function editOf(form: Form, kind: Kind, stored: readonly string[]): DestinationEdit {
  return { ...shared(form), settings: settingsOf(form, kind, stored, false) as Record<string, never> }
}

/** 32 random bytes as Standard Webhooks writes a secret. */
export function newWebhookSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`
}
