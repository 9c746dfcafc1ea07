// SPDX-License-Identifier: Apache-2.0
// How the server's own figures are written.
import type { Format } from '@/base/format'

export type Unit = 'bytes' | 'records' | 'files' | 'events' | 'per_second' | 'ms' | 's' | 'percent' | 'time' | 'count'

export function write(format: Format, value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes': return format.bytes(value)
    case 'ms': return value < 1000 ? format.unit(value, 'millisecond', value < 10 ? 2 : 0) : format.duration(value)
    case 's': return value < 1 ? format.unit(value, 'second') : format.duration(value * 1000)
    case 'percent': return format.percent(value / 100)
    case 'time': return format.dateTime(value)
    case 'per_second': return format.short(value)
    default: return Number.isInteger(value) ? format.integer(value) : format.number(value)
  }
}

/** The newest value that was measured. */
export function newest(points: readonly (number | null)[]): number | null {
  return points.findLast((point) => point !== null) ?? null
}

/** Times of a series' points, UTC ms. */
export function timesOf(from: string, stepS: number, count: number): number[] {
  const begin = Date.parse(from)
  return Array.from({ length: count }, (_, i) => begin + i * stepS * 1000)
}
