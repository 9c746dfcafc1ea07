// SPDX-License-Identifier: Apache-2.0
// The four figures against the period before, and what they say together.
import type { Schemas } from '@/api/client'
import { startOfDay } from '@/base/zone'

export type Cell = Schemas['FigureCell']
export type Share = Schemas['FigureShare']
export type Change = 'better' | 'worse' | 'same' | 'unknown'

export const RANGES = ['28d', '7d', '90d', '365d'] as const
export type Range = (typeof RANGES)[number]
const DAYS: Record<Range, number> = { '7d': 7, '28d': 28, '90d': 90, '365d': 365 }
export const UNITS: Record<Range, 'day' | 'week' | 'month'> = { '7d': 'day', '28d': 'day', '90d': 'week', '365d': 'month' }

/** Begin of the first local day of the range, which ends with today. */
export function beginOf(range: Range, now: number, zone: string): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)
  return new Date(startOfDay(today, zone, 1 - DAYS[range]) ?? now).toISOString()
}

/** Fewer than these say little. */
export const FEW = 30

/** A share that lies outside of the other's interval, both ways, has changed. */
export function shareChange(now: Pick<Share, 'share' | 'low' | 'high'>, before: Pick<Share, 'share' | 'low' | 'high'>): Change {
  if (now.share === null || before.share === null || now.low === null || now.high === null || before.low === null || before.high === null) return 'unknown'
  const outside = (before.share < now.low || before.share > now.high) && (now.share < before.low || now.share > before.high)
  return outside ? (now.share > before.share ? 'better' : 'worse') : 'same'
}

/** A tenth more or less, of at least FEW tickets on both sides. */
export function timeChange(now: Cell['mttr'], before: Cell['mttr']): Change {
  if (now.mean_s === null || before.mean_s === null) return 'unknown'
  if (now.n < FEW || before.n < FEW || Math.abs(now.mean_s - before.mean_s) < before.mean_s / 10) return 'same'
  return now.mean_s < before.mean_s ? 'better' : 'worse'
}

/** A clock's share; none was counted: n is 0. */
export function clockOf(cell: Cell, clock: 'response' | 'resolution'): Share {
  return cell.sla.clocks.find((one) => one.clock === clock) ?? { share: null, low: null, high: null, hits: 0, n: 0 }
}

export type Changes = { fcr: Change; mttr: Change; sla: Change; csat: Change }

export function changesOf(now: Cell, before: Cell): Changes {
  return {
    fcr: shareChange(now.fcr, before.fcr),
    mttr: timeChange(now.mttr, before.mttr),
    sla: shareChange(clockOf(now, 'resolution'), clockOf(before, 'resolution')),
    csat: shareChange(now.csat, before.csat),
  }
}

export type Reading = 'closed_too_early' | 'promise_unfelt' | 'promises_missed' | 'slower_not_worse' | 'all_worse' | 'all_better' | 'few_answers' | 'provisional'

/** What the four say together; the words stand in words.ts. */
export function readingsOf(now: Cell, before: Cell): Reading[] {
  const { fcr, mttr, sla, csat } = changesOf(now, before)
  const all = [fcr, mttr, sla, csat]
  const found: [Reading, boolean][] = [
    ['all_worse', all.every((one) => one === 'worse')],
    ['all_better', all.every((one) => one === 'better')],
    ['closed_too_early', mttr === 'better' && fcr === 'worse'],
    ['promise_unfelt', sla !== 'worse' && sla !== 'unknown' && csat === 'worse'],
    ['promises_missed', sla === 'worse' && mttr === 'worse' && csat !== 'worse'],
    ['slower_not_worse', mttr === 'worse' && (fcr === 'better' || csat === 'better')],
    ['few_answers', now.csat.n > 0 && now.csat.n < FEW],
    ['provisional', now.fcr.provisional * 2 > now.fcr.hits],
  ]
  return found.filter(([, holds]) => holds).map(([reading]) => reading)
}
