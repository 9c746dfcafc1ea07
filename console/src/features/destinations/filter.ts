// SPDX-License-Identifier: Apache-2.0
// A filter as people see it: conditions and groups of them, or JSON where it says more than these can (docs/rules.md).
import { ALL_PLACES, conditionOf, type Row, rowFault, type RowFault, rowOf } from '@/features/computed'

type Json = Record<string, unknown>
export const JOINS = ['all', 'any', 'none'] as const
export type Join = (typeof JOINS)[number]
export type Group = { id: number; join: Join; rows: Row[] }
export type Rows = { kind: 'rows'; join: 'all' | 'any'; rows: Row[]; groups: Group[] }
export type Filter = Rows | { kind: 'json'; text: string }

export const NO_FILTER: Rows = { kind: 'rows', join: 'all', rows: [], groups: [] }

let nextGroup = 1
export const newGroup = (join: Join, rows: Row[]): Group => ({ id: nextGroup++, join, rows })

const row = (json: unknown) => rowOf(json, ALL_PLACES)

/** The one member of an object that has no other. */
function only(json: unknown): [string, unknown] | null {
  const entries = typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.entries(json) : []
  return entries.length === 1 ? (entries[0] ?? null) : null
}

function rowsOf(list: unknown): Row[] | null {
  if (!Array.isArray(list) || list.length === 0) return null
  const rows = list.map(row)
  return rows.every((one) => one !== null) ? rows : null
}

function groupOf(json: unknown): Group | null {
  const [word, inside] = only(json) ?? []
  if (word === 'all' || word === 'any') {
    const rows = rowsOf(inside)
    return rows && newGroup(word, rows)
  }
  const [within, list] = only(inside) ?? []
  const rows = word !== 'not' ? null : within === 'any' ? rowsOf(list) : rowsOf([inside])
  return rows && newGroup('none', rows)
}

function partsOf(join: Rows['join'], list: readonly unknown[]): Rows | null {
  const filter: Rows = { kind: 'rows', join, rows: [], groups: [] }
  for (const one of list) {
    const asRow = row(one)
    const asGroup = asRow === null ? groupOf(one) : null
    if (asRow !== null) filter.rows.push(asRow)
    else if (asGroup !== null) filter.groups.push(asGroup)
    else return null
  }
  return filter
}

/** null: rows and groups cannot say it. */
function readRows(json: unknown): Rows | null {
  const [word, list] = only(json) ?? []
  // none of none is another matter than no filter
  if (word === 'any' && Array.isArray(list) && list.length === 0) return null
  return (word === 'all' || word === 'any') && Array.isArray(list) ? partsOf(word, list) : partsOf('all', [json])
}

export function filterOf(json: unknown): Filter {
  if (json === undefined || json === null) return NO_FILTER
  return readRows(json) ?? { kind: 'json', text: JSON.stringify(json, null, 2) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What was typed as JSON, as rows; null: it is not JSON yet, or rows cannot say it. */
export function rowsOfText(text: string): Rows | null {
  return text.trim() === '' ? NO_FILTER : readRows(parsed(text))
}

function groupJson(group: Group): Json {
  const list = group.rows.map(conditionOf)
  if (group.join !== 'none') return { [group.join]: list }
  return { not: list.length === 1 ? list[0] : { any: list } }
}

/** What the server takes; null: all events. */
export function filterJson(filter: Filter): Json | null {
  if (filter.kind === 'json') return filter.text.trim() === '' ? null : (JSON.parse(filter.text) as Json)
  const parts = [...filter.rows.map(conditionOf), ...filter.groups.filter((one) => one.rows.length > 0).map(groupJson)]
  return parts.length > 1 ? { [filter.join]: parts } : (parts[0] ?? null)
}

export function filterText(filter: Filter): string {
  if (filter.kind === 'json') return filter.text
  const json = filterJson(filter)
  return json === null ? '' : JSON.stringify(json, null, 2)
}

/** What is wrong with its rows, by their ids. */
export function rowFaults(filter: Filter): Map<number, RowFault> {
  const faults = new Map<number, RowFault>()
  const rows = filter.kind === 'rows' ? [...filter.rows, ...filter.groups.flatMap((one) => one.rows)] : []
  for (const one of rows) {
    const fault = rowFault(one)
    if (fault !== null) faults.set(one.id, fault)
  }
  return faults
}

/** Whether it can be sent: JSON, or rows that are complete. */
export function filterFault(filter: Filter): 'not JSON' | 'incomplete' | null {
  if (filter.kind === 'rows') return rowFaults(filter).size > 0 ? 'incomplete' : null
  const json = filter.text.trim() === '' ? {} : parsed(filter.text)
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? null : 'not JSON'
}
