// SPDX-License-Identifier: Apache-2.0
// Money as the API writes it: decimal text, exact. It is never a floating number here.

const DIGITS = 6

/** "129.90" in millionths; null: no such number. */
export function microsOf(text: string): bigint | null {
  const parts = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text.trim())
  if (parts === null) return null
  const micros = BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(DIGITS, '0')}`)
  return parts[1] === '-' ? -micros : micros
}

/** The shortest text with at least two digits behind the point. */
export function textOf(micros: bigint): string {
  const size = (micros < 0n ? -micros : micros).toString().padStart(DIGITS + 1, '0')
  const fraction = size.slice(-DIGITS).replace(/0{1,4}$/, '')
  return `${micros < 0n ? '-' : ''}${size.slice(0, -DIGITS)}.${fraction}`
}

export type Value = { currency: string; amount: string; orders: number; refunds: number }

/** The values of two persons as those of one, by currency. */
export function together(a: readonly Value[], b: readonly Value[]): Value[] {
  const all = new Map<string, Value>()
  for (const value of [...a, ...b]) {
    const before = all.get(value.currency)
    all.set(value.currency, before === undefined ? value : {
      currency: value.currency,
      amount: textOf((microsOf(before.amount) ?? 0n) + (microsOf(value.amount) ?? 0n)),
      orders: before.orders + value.orders,
      refunds: before.refunds + value.refunds,
    })
  }
  return [...all.values()].sort((x, y) => (x.currency < y.currency ? -1 : 1))
}

const formats = new Map<string, Intl.NumberFormat | null>()

/** An amount in its currency as people of that language write it; digits behind the point are kept, not rounded away. */
export function money(locale: string, currency: string, amount: string): string {
  const key = `${locale} ${currency}`
  let format = formats.get(key)
  if (format === undefined) {
    try {
      format = new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: DIGITS })
    } catch {
      format = null // what an event calls a currency may be none
    }
    formats.set(key, format)
  }
  return format === null ? `${amount} ${currency}`.trim() : format.format(amount as `${number}`)
}
