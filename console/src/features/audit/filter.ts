// SPDX-License-Identifier: Apache-2.0
// What the address holds, and the API's filter.

export type AuditFilter = { actor?: string; action?: string; subject?: string; since?: string; until?: string }

/** What a clock on the wall of that zone is ahead of UTC, ms. */
function aheadOf(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as Record<string, number>
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/** Begin of a day (2026-03-29) of that zone, `plus` days later, in UTC ms; null when it is no day. */
export function startOfDay(text: string, zone: string, plus = 0): number | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year === undefined) return null
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day) + plus)
  // the second look is for a clock that is put forward or back in between
  const near = wall - aheadOf(wall, zone)
  return wall - aheadOf(near, zone)
}

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
