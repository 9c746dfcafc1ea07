// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { instantOf, startOfDay } from './zone'

describe('instantOf', () => {
  it.each([
    ['2026-11-22T18:30', 'UTC', '2026-11-22T18:30:00.000Z'],
    ['2026-11-22T18:30', 'Europe/Berlin', '2026-11-22T17:30:00.000Z'],
    ['2026-07-01T00:00:05', 'Europe/Berlin', '2026-06-30T22:00:05.000Z'],
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-01-01T00:00', 'America/New_York', '2026-01-01T05:00:00.000Z'],
    ['', 'UTC', null],
    ['2026-13-01T00:00', 'UTC', null],
    ['yesterday', 'UTC', null],
  ])('%s in %s', (local, zone, want) => expect(instantOf(local, zone)).toBe(want))
})

describe('startOfDay', () => {
  it.each([
    ['2026-11-22', 'UTC', 0, '2026-11-22T00:00:00.000Z'],
    ['2026-11-22', 'Asia/Tokyo', 0, '2026-11-21T15:00:00.000Z'],
    ['2026-12-31', 'America/New_York', 1, '2027-01-01T05:00:00.000Z'],
    // the clock goes forward in the night of the 29th: the day has 23 hours
    ['2026-03-29', 'Europe/Berlin', 0, '2026-03-28T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', 1, '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', 1, '2026-10-25T23:00:00.000Z'],
  ])('%s %s +%s', (day, zone, plus, want) => {
    expect(new Date(startOfDay(day, zone, plus) ?? 0).toISOString()).toBe(want)
  })
  it('is null for what is no day', () => {
    expect(startOfDay('29.3.2026', 'UTC')).toBe(null)
  })
})
