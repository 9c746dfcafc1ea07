// SPDX-License-Identifier: Apache-2.0
// What the address holds, and the API's filter.
import { startOfDay } from '@/base/zone'

export type AuditFilter = { actor?: string; action?: string; subject?: string; since?: string; until?: string }

/** What the address holds as the API's filter; days are whole days of the zone in which times are shown. */
export function filterOf(url: Record<string, string | undefined>, zone: string): AuditFilter {
  const filter: AuditFilter = {}
  if (url.actor) filter.actor = url.actor
  if (url.action) filter.action = url.action
  if (url.subject) filter.subject = url.subject
  const since = startOfDay(url.from ?? '', zone)
  const until = startOfDay(url.to ?? '', zone, 1)
  if (since !== null) filter.since = new Date(since).toISOString()
  if (until !== null) filter.until = new Date(until).toISOString()
  return filter
}

export function exportPath(filter: AuditFilter, format: 'jsonl' | 'csv'): string {
  return `/api/v1/audit/export?${new URLSearchParams({ format, ...filter })}`
}

/** What one may look for, from what is there: the areas (source.) before their actions (source.added). */
export function actionsOf(entries: readonly { action: string | null }[]): string[] {
  const all = new Set<string>()
  for (const { action } of entries) {
    if (action === null) continue
    all.add(action.slice(0, action.indexOf('.') + 1))
    all.add(action)
  }
  return [...all].filter((one) => one !== '').sort()
}
