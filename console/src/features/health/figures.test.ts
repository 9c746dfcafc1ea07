// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Format } from '@/base/format'
import { newest, timesOf, type Unit, write } from './figures'

/** Says which of the writers was asked, and with what. */
const format = new Proxy({}, { get: (_, name) => (...args: unknown[]) => `${String(name)} ${args.join(' ')}` }) as Format

describe('write', () => {
  it.each<[number, Unit, string]>([
    [1536, 'bytes', 'bytes 1536'],
    [9.5, 'ms', 'unit 9.5 millisecond 2'],
    [10, 'ms', 'unit 10 millisecond 0'],
    [999, 'ms', 'unit 999 millisecond 0'],
    [1000, 'ms', 'duration 1000'],
    [0.5, 's', 'unit 0.5 second'],
    [1, 's', 'duration 1000'],
    [42, 'percent', 'percent 0.42'],
    [1500, 'per_second', 'short 1500'],
    [12345, 'records', 'integer 12345'],
    [0.5, 'records', 'number 0.5'],
  ])('%s %s', (value, unit, want) => {
    expect(write(format, value, unit)).toBe(want)
  })
})

describe('newest', () => {
  it('passes over what was not measured', () => {
    expect(newest([1, 0, null])).toBe(0)
    expect(newest([null])).toBe(null)
    expect(newest([])).toBe(null)
  })
})

describe('timesOf', () => {
  it('steps from the first point', () => {
    expect(timesOf('1970-01-01T00:00:10Z', 10, 3)).toEqual([10000, 20000, 30000])
  })
})
