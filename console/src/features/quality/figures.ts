// SPDX-License-Identifier: Apache-2.0
// Shares of events, over time and against the period before.
import type { Schemas } from '@/api/client'
import type { Format } from '@/base/format'

export const MEASURES = ['missing', 'malformed', 'late', 'conflicting', 'duplicate', 'quarantined'] as const
export type Measure = (typeof MEASURES)[number]
export type Point = Schemas['QualityPoint']
export type Rate = Schemas['QualityRate']

/** How many events a measure of this point is a share of. */
export function baseOf(point: Point, measure: Measure): number {
  if (measure === 'missing') return point.checked
  if (measure === 'late') return point.timed
  if (measure === 'duplicate') return point.received + point.duplicate
  return measure === 'quarantined' ? point.received : point.events
}

/** null: there was nothing that it could be a share of. */
export function shareOf(point: Point, measure: Measure): number | null {
  const of = baseOf(point, measure)
  return of > 0 ? point[measure] / of : null
}

/** Begins of all hours or days of the period: what the answer leaves out is there too. */
export function timesOf(from: string, until: string, step: 'hour' | 'day'): number[] {
  const size = step === 'hour' ? 3600000 : 86400000
  const [begin, end] = [Date.parse(from), Date.parse(until)]
  return Array.from({ length: Math.max(0, Math.ceil((end - begin) / size)) }, (_, i) => begin + i * size)
}

/** A value for each time; null where nothing was received. */
export function along(times: readonly number[], points: readonly Point[], value: (point: Point) => number | null): (number | null)[] {
  const known = new Map(points.map((point) => [Date.parse(point.at), point]))
  return times.map((at) => {
    const point = known.get(at)
    return point === undefined ? null : value(point)
  })
}

/** A share as people read it: small ones with a digit more. */
export function percentText(format: Pick<Format, 'percent'>, share: number): string {
  return format.percent(share, share === 0 || share >= 0.01 ? 1 : share >= 0.001 ? 2 : 3)
}

export type Change = 'worse' | 'better' | 'same' | 'unknown'

/** Three standard errors: by chance alone one of 400 would be called a change. */
const Z = 3

/** Whether a share differs from the one before by more than chance would do; more is worse. */
export function changeOf(now: Rate, before: Rate): Change {
  if (now.share === null || before.share === null || now.of === 0 || before.of === 0) return 'unknown'
  const pooled = (now.count + before.count) / (now.of + before.of)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.of + 1 / before.of))
  const z = error === 0 ? 0 : (now.share - before.share) / error
  return z > Z ? 'worse' : z < -Z ? 'better' : 'same'
}

export const PERIODS = ['7d', '24h', '30d', '90d'] as const
export type Period = (typeof PERIODS)[number]
const HOURS: Record<Period, number> = { '24h': 24, '7d': 168, '30d': 720, '90d': 2160 }

/** Begin of a period that ends now, on a whole hour, so that the address of a query stays the same for a while. */
export function beginOf(period: Period, now: number): string {
  return new Date(Math.floor(now / 3600000 - HOURS[period] + 1) * 3600000).toISOString()
}
