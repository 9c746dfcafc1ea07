// SPDX-License-Identifier: Apache-2.0
import type { SseEvent } from '@/base/live'
import { oneOf, type SearchText } from '@/base/url'

export const TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const
export const VALIDITIES = ['all', 'valid', 'quarantined', 'rejected'] as const
export type Verdict = 'landed' | 'flagged' | 'quarantined' | 'refused'

/** One line of the debugger: a record of the log, or a call that never became one. */
export type Entry = {
  id: string
  position: number | null
  at: string
  type: string
  name: string
  who: string
  source: string
  verdict: Verdict
  reason: string
  data: Record<string, unknown>
}

export type Filter = { source: string; type: string; validity: (typeof VALIDITIES)[number]; user: string; name: string }

/** So many lines are kept; older ones go. */
export const KEPT = 5000

export function filterOf(url: SearchText): Filter {
  return { source: url.source ?? '', type: url.type ?? '', validity: oneOf(url.validity, VALIDITIES), user: url.user ?? '', name: url.name ?? '' }
}

export function streamOf(filter: Filter): string {
  const query = new URLSearchParams({ recent: '200' })
  for (const [name, value] of Object.entries(filter)) if (value !== '' && value !== 'all') query.set(name, value)
  return `/api/v1/events/live?${query}`
}

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')

type Patron = { position?: number; source?: string; class?: string; flags?: string[]; reason?: string; detail?: string }

export function entryOfRecord(data: Record<string, unknown>): Entry {
  const patron = (data._patron ?? {}) as Patron
  const quarantined = patron.class === 'quarantine'
  const type = text(data.type)
  const flags = patron.flags ?? []
  return {
    id: String(patron.position ?? ''),
    position: patron.position ?? null,
    at: text(data.receivedAt),
    type,
    name: text(data.event) || text(data.name) || type,
    who: text(data.userId) || text(data.anonymousId),
    source: patron.source ?? '',
    verdict: quarantined ? 'quarantined' : flags.length > 0 ? 'flagged' : 'landed',
    reason: quarantined ? (patron.detail ?? patron.reason ?? '') : flags.join(', '),
    data,
  }
}

let refusals = 0

export function entryOf(event: SseEvent): Entry | null {
  if (event.event === 'event') return entryOfRecord(JSON.parse(event.data) as Record<string, unknown>)
  if (event.event !== 'rejected') return null
  const data = JSON.parse(event.data) as Record<string, unknown>
  refusals += 1
  return {
    id: `r${refusals}`, position: null, at: text(data.receivedAt), type: '', name: text(data.path), who: text(data.peer), source: text(data.source),
    verdict: 'refused', reason: `${text(data.status)} ${text(data.reason)}`, data,
  }
}

/** How many were left out since more come than a person can read. */
export function skippedOf(events: readonly SseEvent[]): number {
  return events.filter((e) => e.event === 'skipped').reduce((sum, e) => sum + ((JSON.parse(e.data) as { count?: number }).count ?? 0), 0)
}

/** New ones on top, each once, at most KEPT. */
export function merged(fresh: readonly Entry[], before: readonly Entry[]): Entry[] {
  const known = new Set(before.slice(0, KEPT).map((e) => e.id))
  const added = fresh.filter((e) => !known.has(e.id) && known.add(e.id)).reverse()
  return added.length === 0 ? (before as Entry[]) : [...added, ...before].slice(0, KEPT)
}
