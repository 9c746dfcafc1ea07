// SPDX-License-Identifier: Apache-2.0
// What the address holds, and the API's filter.

export type AuditFilter = { actor?: string; action?: string; subject?: string; since?: string; until?: string }

/** What the address holds as the API's filter: a day is that whole day of the zone of the browser's own clock. */
export function filterOf(url: Record<string, string | undefined>): AuditFilter {
  const day = (text: string | undefined, plus: number) => {
    const at = text === undefined ? Number.NaN : new Date(`${text}T00:00:00`).setDate(new Date(`${text}T00:00:00`).getDate() + plus)
    return Number.isNaN(at) ? undefined : new Date(at).toISOString()
  }
  const filter: AuditFilter = {}
  if (url.actor) filter.actor = url.actor
  if (url.action) filter.action = url.action
  if (url.subject) filter.subject = url.subject
  const since = day(url.from, 0)
  const until = day(url.to, 1)
  if (since) filter.since = since
  if (until) filter.until = until
  return filter
}

export function exportPath(filter: AuditFilter, format: 'jsonl' | 'csv'): string {
  return `/api/v1/audit/export?${new URLSearchParams({ format, ...filter })}`
}
