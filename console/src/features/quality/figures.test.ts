// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { along, beginOf, changeOf, percentText, type Point, shareOf, timesOf } from './figures'

const point = (more: Partial<Point>): Point => ({ at: '2026-03-01T00:00:00.000Z', received: 100, events: 90, checked: 40, timed: 80, missing: 4, malformed: 9, late: 8, conflicting: 0, duplicate: 25, quarantined: 10, ...more })
const rate = (count: number, of: number) => ({ count, of, share: of === 0 ? null : count / of })

describe('shares', () => {
  it.each([['missing', 0.1], ['malformed', 0.1], ['late', 0.1], ['conflicting', 0], ['duplicate', 0.2], ['quarantined', 0.1]] as const)('of %s', (measure, share) => {
    expect(shareOf(point({}), measure)).toBe(share)
  })
  it('are nothing of nothing', () => expect(shareOf(point({ checked: 0, missing: 0 }), 'missing')).toBeNull())
})

it.each([[0, 1], [0.5, 1], [0.01, 1], [0.0099, 2], [0.001, 2], [0.0002, 3]])('a share of %d is written with %d digits', (share, digits) => {
  expect(percentText({ percent: (_, most) => String(most) }, share)).toBe(String(digits))
})

describe('a series', () => {
  it('has a gap where nothing was received', () => {
    const times = timesOf('2026-03-01T00:00:00Z', '2026-03-01T03:00:00Z', 'hour')
    expect(times).toHaveLength(3)
    const points = [point({ at: '2026-03-01T00:00:00.000Z', received: 1 }), point({ at: '2026-03-01T02:00:00.000Z', received: 3 })]
    expect(along(times, points, (one) => one.received)).toEqual([1, null, 3])
  })
  it('begins on a whole hour', () => {
    expect(beginOf('24h', Date.parse('2026-03-02T10:20:30Z'))).toBe('2026-03-01T11:00:00.000Z')
    expect(beginOf('7d', Date.parse('2026-03-08T10:00:00Z'))).toBe('2026-03-01T11:00:00.000Z')
  })
})

describe('a change', () => {
  it.each([
    ['worse', rate(200, 1000), rate(100, 1000)],
    ['better', rate(100, 1000), rate(200, 1000)],
    ['same', rate(12, 100), rate(10, 100)],
    ['same', rate(0, 100), rate(0, 100)],
    ['unknown', rate(0, 0), rate(10, 100)],
    ['unknown', rate(1, 100), rate(0, 0)],
  ] as const)('is %s', (change, now, before) => expect(changeOf(now, before)).toBe(change))
})
