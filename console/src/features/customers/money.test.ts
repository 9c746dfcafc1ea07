// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { microsOf, money, textOf, together } from './money'

describe('money', () => {
  it.each<[string, bigint | null]>([['129.90', 129900000n], ['-0.01', -10000n], ['7', 7000000n], ['0.000001', 1n], ['0.0000001', null], ['1e3', null], ['', null]])('%s in millionths', (text, want) => {
    expect(microsOf(text)).toBe(want)
  })
  it.each<[bigint, string]>([[0n, '0.00'], [129900000n, '129.90'], [-10000n, '-0.01'], [1n, '0.000001'], [1500000n, '1.50']])('%s as text', (micros, want) => expect(textOf(micros)).toBe(want))
  it('adds exactly what a floating number would not', () => {
    const one = (amount: string) => [{ currency: 'GBP', amount, orders: 1, refunds: 0 }]
    expect(together(one('9007199254740993.10'), one('0.20'))).toEqual([{ currency: 'GBP', amount: '9007199254740993.30', orders: 2, refunds: 0 }])
  })
  it('keeps currencies apart', () => {
    const all = together([{ currency: 'GBP', amount: '1.00', orders: 1, refunds: 0 }], [{ currency: 'EUR', amount: '2.00', orders: 1, refunds: 1 }])
    expect(all.map((value) => value.currency)).toEqual(['EUR', 'GBP'])
  })
  it('is written as the language does', () => {
    expect(money('en', 'GBP', '2184.20')).toBe('£2,184.20')
    expect(money('en', 'JPY', '1000')).toBe('¥1,000')
    expect(money('en', 'GBP', '9007199254740993.10')).toBe('£9,007,199,254,740,993.10')
    expect(money('en', 'points', '12.00')).toBe('12.00 points')
  })
})
