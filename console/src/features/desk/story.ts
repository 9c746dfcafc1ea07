// SPDX-License-Identifier: Apache-2.0
// A ticket's history as it is told: words of people one by one, reports that joined together, what was done in a line each.
import type { HistoryRow } from './model'

export type Told =
  | { kind: 'words'; row: HistoryRow }
  | { kind: 'joined'; rows: HistoryRow[]; reports: number; stores: number }
  | { kind: 'vendor'; row: HistoryRow }
  | { kind: 'promise'; row: HistoryRow }
  | { kind: 'did'; row: HistoryRow }

/** Rows whose text is what was done, and no words of anybody. */
const DEEDS: readonly HistoryRow['what'][] = ['merged', 'parted', 'triaged', 'routed', 'attached', 'detached']

const PROMISES: readonly HistoryRow['what'][] = ['sla_at_risk', 'sla_breached', 'sla_escalated']

/** Fields whose change the sentence of the row tells anyway. */
const SAID: readonly string[] = ['reports', 'acknowledged', 'replied']

export type Change = { field: string; before: unknown; after: unknown }

export function changesOf(row: HistoryRow): Change[] {
  return Object.entries(row.changes as Record<string, unknown>).flatMap(([field, pair]) =>
    Array.isArray(pair) && pair.length === 2 && !SAID.includes(field) ? [{ field, before: pair[0], after: pair[1] }] : [])
}

function newest(row: HistoryRow, field: string): number {
  const pair = (row.changes as Record<string, unknown>)[field]
  return Array.isArray(pair) && typeof pair[1] === 'number' ? pair[1] : 0
}

export function storyOf(rows: readonly HistoryRow[]): Told[] {
  const told: Told[] = []
  for (const row of rows) {
    const last = told.at(-1)
    if (row.what === 'joined') {
      if (last?.kind === 'joined') {
        last.rows.push(row)
        last.reports = newest(row, 'reports') || last.reports
        last.stores = newest(row, 'stores') || last.stores
      } else told.push({ kind: 'joined', rows: [row], reports: newest(row, 'reports'), stores: newest(row, 'stores') })
    } else if (row.what === 'escalated' || row.what === 'vendor_answered') told.push({ kind: 'vendor', row })
    else if (PROMISES.includes(row.what)) told.push({ kind: 'promise', row })
    else if (row.what === 'opened') told.push({ kind: 'did', row })
    else if (row.text !== '' && !DEEDS.includes(row.what) && row.what !== 'update_overdue') told.push({ kind: 'words', row })
    else told.push({ kind: 'did', row })
  }
  return told
}
