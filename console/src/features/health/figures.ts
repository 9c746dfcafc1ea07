// SPDX-License-Identifier: Apache-2.0
// How the server's own figures are written.
import type { Format } from '@/base/format'

export type Unit = 'bytes' | 'records' | 'files' | 'events' | 'per_second' | 'ms' | 's' | 'percent' | 'time' | 'count'

export function write(format: Format, value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes': return format.bytes(value)
    case 'ms': return value < 1000 ? `${format.number(value, value < 10 ? 2 : 0)} ms` : format.duration(value)
    case 's': return format.duration(value * 1000)
    case 'percent': return format.percent(value / 100)
    case 'time': return format.dateTime(value)
    case 'per_second': return `${format.short(value)}/s`
    default: return format.integer(value)
  }
}

/** Times of a series' points, UTC ms. */
export function timesOf(from: string, stepS: number, count: number): number[] {
  const begin = Date.parse(from)
  return Array.from({ length: count }, (_, i) => begin + i * stepS * 1000)
}
