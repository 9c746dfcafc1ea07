// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people of the chosen language and zone read them.
import { useMemo } from 'react'
import { type Prefs, usePrefs, zoneOf } from './prefs'

export type Instant = string | number | Date

const SECOND = 1000
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86400 * SECOND],
  ['hour', 3600 * SECOND],
  ['minute', 60 * SECOND],
  ['second', SECOND],
]
const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Made when first used: each costs some milliseconds, and a page needs few of them. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

export function makeFormat(locale: string, zone: string) {
  const integer = once(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }))
  const short = once(() => new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }))
  const relative = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
  const times = (options: Intl.DateTimeFormatOptions) => once(() => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }))
  const stamp = times({ dateStyle: 'medium', timeStyle: 'medium' })
  const clock = times({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const minutes = times({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const millis = times({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' })
  const day = times({ dateStyle: 'medium' })
  const ms = (t: Instant) => (t instanceof Date ? t.getTime() : typeof t === 'number' ? t : Date.parse(t))
  return {
    locale,
    zone,
    /** 12,345 */
    integer: (n: number) => integer().format(n),
    /** what is loaded of a list that may go on: 100+ */
    loaded: (n: number, more: boolean) => `${integer().format(n)}${more ? '+' : ''}`,
    /** up to `digits` behind the point */
    number: (n: number, digits = 1) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(n),
    /** 12.3K */
    short: (n: number) => (Math.abs(n) < 10000 ? integer().format(n) : short().format(n)),
    /** share 0..1 as per cent */
    percent: (share: number, digits = 1) =>
      new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(share),
    bytes: (n: number) => {
      let unit = 0
      let value = n
      while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
        value /= 1000
        unit += 1
      }
      return new Intl.NumberFormat(locale, {
        style: 'unit', unit: BYTE_UNITS[unit], unitDisplay: 'short', maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
      }).format(value)
    },
    /** 12.3 ms; units as Intl names them */
    unit: (n: number, unit: string, digits = 1) =>
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits }).format(n),
    /** a length of time in ms: 3 h 12 min, two units at most */
    duration: (length: number) => {
      const parts: string[] = []
      let rest = Math.max(0, length)
      for (const [unit, size] of STEPS) {
        const n = Math.floor(rest / size)
        if (n > 0 && parts.length < 2) {
          parts.push(new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(n))
          rest -= n * size
        }
      }
      if (parts.length > 0) return parts.join(' ')
      return new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond', unitDisplay: 'short' }).format(Math.round(length))
    },
    dateTime: (t: Instant) => stamp().format(ms(t)),
    date: (t: Instant) => day().format(ms(t)),
    time: (t: Instant) => clock().format(ms(t)),
    /** 14:02 */
    minute: (t: Instant) => minutes().format(ms(t)),
    timeMs: (t: Instant) => millis().format(ms(t)),
    /** 3 minutes ago */
    ago: (t: Instant, now = Date.now()) => {
      const diff = ms(t) - now
      for (const [unit, size] of STEPS) {
        if (Math.abs(diff) >= size) return relative().format(Math.trunc(diff / size), unit)
      }
      return relative().format(0, 'second')
    },
  }
}

export type Format = ReturnType<typeof makeFormat>

const made = new Map<string, Format>()

export function formatOf(prefs: Prefs): Format {
  const zone = zoneOf(prefs)
  const key = `${prefs.locale} ${zone}`
  let format = made.get(key)
  if (!format) {
    format = makeFormat(prefs.locale, zone)
    made.set(key, format)
  }
  return format
}

export function useFormat(): Format {
  const prefs = usePrefs()
  return useMemo(() => formatOf(prefs), [prefs])
}
