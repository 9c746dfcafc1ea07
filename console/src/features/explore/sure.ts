// SPDX-License-Identifier: Apache-2.0
// How sure a number is: intervals of shares, differences in words, the scale that differences are drawn on.
import { msg } from '@lingui/core/macro'
import type { Between, Rough } from './answer'
import { secondsText, type Telling } from './tables'
import { own } from './words'

/** 97.5 % of a normal distribution lie below it. */
const Z = 1.959963984540054

/** Wilson's interval of a share, at 95 %; null: of nobody. */
export function wilson(count: number, n: number): { low: number; high: number } | null {
  if (n <= 0) return null
  const p = count / n
  const spread = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n))
  const whole = 1 + (Z * Z) / n
  const middle = p + (Z * Z) / (2 * n)
  // of none and of all the edge is the share itself
  return { low: count === 0 ? 0 : (middle - spread) / whole, high: count === n ? 1 : (middle + spread) / whole }
}

export type Scale = { low: number; high: number }

/** From the lowest to the highest, with zero in it. */
export function scaleOf(all: readonly Between[]): Scale {
  const ends = all.flatMap((one) => [one.low, one.high, one.difference]).filter((one) => one !== null)
  const low = Math.min(0, ...ends)
  const high = Math.max(0, ...ends)
  const room = (high - low) * 0.04 || 0.01
  return { low: low - room, high: high + room }
}

/** Where a value stands on a scale, in per cent. */
export const placeOn = ({ low, high }: Scale, value: number): number => (100 * (value - low)) / (high - low)

const formats = new Map<string, Intl.NumberFormat>()

function signed(locale: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${digits}`
  const style = formats.get(key) ?? new Intl.NumberFormat(locale, { maximumFractionDigits: digits, signDisplay: 'exceptZero' })
  formats.set(key, style)
  return style
}

/** A difference of shares, in percentage points: they are no per cent of one another. */
export function pointsText({ i18n, format }: Telling, value: number | null): string {
  if (value === null) return '–'
  const points = own(i18n, signed(format.locale, 1).format(value * 100))
  return i18n._(msg`${points} pp`)
}

function moreSeconds(tell: Telling, value: number | null): string {
  if (value === null) return '–'
  if (value === 0) return tell.format.unit(0, 'second')
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${secondsText(tell, Math.abs(value))}`
}

type Write = (tell: Telling, value: number | null) => string

/** Points without their name. */
const bareText: Write = ({ i18n, format }, value) => (value === null ? '–' : own(i18n, signed(format.locale, 1).format(value * 100)))

/** From low to high; null: there is too little to say. */
export function betweenText(tell: Telling, { low, high }: Between, first: Write = bareText, last: Write = pointsText): string | null {
  if (low === null || high === null) return null
  const from = first(tell, low)
  const to = last(tell, high)
  return tell.i18n._(msg`${from} to ${to}`)
}

// --- what is in the way --------------------------------------------------------------------------------------

export const isTime = (one: Pick<Rough, 'measure'>): boolean => one.measure === 'step_time'
export const roughValue = (tell: Telling, one: Rough, value: number | null): string => (value === null ? '–' : isTime(one) ? secondsText(tell, value) : tell.format.percent(value))
export const roughChange = (tell: Telling, one: Rough, value: number | null): string => (isTime(one) ? moreSeconds(tell, value) : pointsText(tell, value))
export const roughBetween = (tell: Telling, one: Rough): string | null => (isTime(one) ? betweenText(tell, one, moreSeconds, moreSeconds) : betweenText(tell, one))

export type Verdict = 'worse' | 'better' | 'same' | 'unknown'

/** Beyond its interval or not; unknown: too few on a side. */
export function verdictOf(one: Rough): Verdict {
  if (one.worse === true) return 'worse'
  if (one.better === true) return 'better'
  return one.low === null || one.high === null ? 'unknown' : 'same'
}
