// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Format } from '@/base/format'
import { timesOf, type Unit, write } from './figures'

/** Says which of the writers was asked, and with what. */
const format = new Proxy({}, { get: (_, name) => (...args: unknown[]) => `${String(name)} ${args.join(' ')}` }) as Format

describe('write', () => {
  it.each<[number, Unit, string]>([
    [1536, 'bytes', 'bytes 1536'],
    [9.5, 'ms', 'number 9.5 2 ms'],
    [10, 'ms', 'number 10 0 ms'],
    [1000, 'ms', 'duration 1000'],
    [90, 's', 'duration 90000'],
    [42, 'percent', 'percent 0.42'],
    [1500, 'per_second', 'short 1500/s'],
    [12345, 'records', 'integer 12345'],
  ])('%s %s', (value, unit, want) => {
    expect(write(format, value, unit)).toBe(want)
  })
})

describe('timesOf', () => {
  it('steps from the first point', () => {
    expect(timesOf('1970-01-01T00:00:10Z', 10, 3)).toEqual([10000, 20000, 30000])
  })
})
