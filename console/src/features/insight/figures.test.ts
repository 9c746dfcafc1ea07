// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { beginOf, type Cell, clockOf, readingsOf, type Share, shareChange, timeChange } from './figures'

/** Wilson's interval is the server's; here it is a tenth on both sides. */
const share = (hits: number, n: number): Share => ({ share: n === 0 ? null : hits / n, low: n === 0 ? null : hits / n - 0.1, high: n === 0 ? null : hits / n + 0.1, hits, n })

function cell(fcr: Share, mean: number | null, resolution: Share, csat: Share, more: Partial<Cell['fcr']> = {}): Cell {
  const n = mean === null ? 0 : 100
  return {
    resolved: n,
    fcr: { ...fcr, provisional: 0, reopened: 0, transferred: 0, switched: 0, repeated: 0, contacted: 0, ...more },
    mttr: { n, mean_s: mean, p50_s: mean, p90_s: mean, business_mean_s: mean, wait_mean_s: mean === null ? null : 0 },
    sla: { clocks: [{ clock: 'resolution', ...resolution }], unjudged: 0 },
    csat: { ...csat, invited: 100, response: 0.5, mean: null, scores: [0, 0, 0, 0, 0] },
  }
}

describe('a change', () => {
  it.each([
    ['better', share(80, 100), share(60, 100)],
    ['worse', share(60, 100), share(80, 100)],
    ['same', share(60, 100), share(65, 100)],
    ['unknown', share(0, 0), share(65, 100)],
  ] as const)('of a share is %s', (change, now, before) => expect(shareChange(now, before)).toBe(change))

  it.each([
    ['better', 100, 200],
    ['worse', 200, 100],
    ['same', 105, 100],
    ['unknown', null, 100],
  ] as const)('of a time is %s', (change, now, before) => {
    const of = (mean: number | null) => cell(share(1, 2), mean, share(1, 2), share(1, 2)).mttr
    expect(timeChange(of(now), of(before))).toBe(change)
    if (now !== null) expect(timeChange({ ...of(now), n: 29 }, of(before))).toBe('same')
  })
})

describe('together they say', () => {
  const before = cell(share(70, 100), 1000, share(90, 100), share(80, 100))
  it.each([
    ['nothing new', cell(share(70, 100), 1000, share(90, 100), share(80, 100)), []],
    ['that tickets are closed too early', cell(share(40, 100), 500, share(90, 100), share(80, 100)), ['closed_too_early']],
    ['that a promise is not felt', cell(share(70, 100), 1000, share(90, 100), share(40, 100)), ['promise_unfelt']],
    ['that all is worse', cell(share(40, 100), 2000, share(50, 100), share(40, 100)), ['all_worse']],
    ['that answers are few', cell(share(70, 100), 1000, share(90, 100), share(8, 10)), ['few_answers']],
    ['that first contacts are not final', cell(share(70, 100), 1000, share(90, 100), share(80, 100), { provisional: 40 }), ['provisional']],
  ] as const)('%s', (_, now, readings) => expect(readingsOf(now, before)).toEqual(readings))
})

it('a clock that nobody asked has nothing', () => expect(clockOf(cell(share(1, 2), 1, share(1, 2), share(1, 2)), 'response')).toEqual({ share: null, low: null, high: null, hits: 0, n: 0 }))

it('a range begins with a local day', () => {
  expect(beginOf('7d', Date.parse('2026-11-23T23:30:00Z'), 'Europe/Berlin')).toBe('2026-11-17T23:00:00.000Z')
  expect(beginOf('28d', Date.parse('2026-11-10T12:00:00Z'), 'Europe/Berlin')).toBe('2026-10-13T22:00:00.000Z')
})
