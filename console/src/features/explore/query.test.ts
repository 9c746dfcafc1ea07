// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { before, blank, decode, draftOf, encode, faultsOf, type Json, KINDS, newSet, queryOf, refusalOf } from './query'

const FUNNEL: Json = {
  kind: 'funnel', range: { last: { days: 30 } }, zone: 'Europe/Berlin',
  steps: [{ event: 'Product Viewed' }, { event: ['Product Added', 'Wishlist Added'] }, { event: 'Order Completed', where: { property: 'total', is: 'at_least', value: 20 } }],
  window: { hours: 12 }, breakdown: { context: 'device.type' }, exclude: [{ event: 'Order Cancelled', after: 2 }], same: { property: 'product_id' }, who: { did: { event: 'Signed Up' } },
}
const OTHERS: Json[] = [
  { kind: 'segmentation', series: [{ event: 'Order Completed', measure: 'quantile', of: { property: 'total' }, q: 0.9, name: 'Baskets' }, { measure: 'uniques' }], formulae: [{ name: 'Rate', formula: 'A / B' }], unit: 'week', range: { from: '2026-10-01', to: '2026-10-31' }, zone: 'UTC' },
  { kind: 'retention', begin: { event: 'Signed Up' }, again: {}, unit: 'day', way: 'beyond', brackets: [0, 1, 4, 8], recurring: true, range: { last: { weeks: 8 } }, zone: 'UTC' },
  { kind: 'paths', to: { event: 'Order Completed' }, nodes: { event: ['A', 'B'] }, gap: { minutes: 5 }, depth: 3, fold: false, limit: 50, range: { last: { hours: 6 } }, zone: 'UTC' },
  { kind: 'stickiness', of: { event: 'Product Viewed' }, unit: 'week', range: { last: { months: 2 } }, zone: 'UTC' },
  { kind: 'lifecycle', of: {}, range: { from: '2026-10-01T00:00:00Z', to: '2026-10-02T12:00:00Z' }, zone: 'UTC' },
  { kind: 'sessions', gap: { hours: 1 }, unit: 'month', range: { last: { days: 90 } }, zone: 'UTC', where: { any: [{ field: 'channel', is: 'equals', value: 'app' }, { property: 'total', is: 'more', value: 1 }] } },
]

const again = (json: Json) => {
  const draft = draftOf(json)
  return draft === null ? null : queryOf(draft)
}

describe('a query as a form', () => {
  it('says the same after it was one, of every kind', () => {
    expect(again(FUNNEL)).toEqual(FUNNEL)
    for (const one of OTHERS) expect(again(one), String(one.kind)).toEqual(one)
  })
  it('leaves out what is at its default, which the server gives back with null for nothing', () => {
    const full = { kind: 'funnel', steps: [{ event: 'A', where: null, name: null }, { event: ['B'] }], window: { days: 7 }, order: 'ordered', exclude: [], same: null, breakdown: null, limit: 10, who: null, where: null, zone: 'UTC', range: { last: { days: 30 } } }
    expect(again(full)).toEqual({ kind: 'funnel', steps: [{ event: 'A' }, { event: 'B' }], range: { last: { days: 30 } }, zone: 'UTC' })
  })
  it('keeps conditions that rows cannot say as they are', () => {
    const where = { not: { property: 'a', is: 'exists' } }
    expect(again({ ...FUNNEL, where })).toEqual({ ...FUNNEL, where })
    expect(again({ ...FUNNEL, where: { any: [] } })).toEqual({ ...FUNNEL, where: { any: [] } })
  })
  it('gives up rather than drop something', () => {
    for (const more of [{ unknown: 1 }, { window: { days: 1, hours: 2 } }, { steps: [{ event: 'A', weight: 2 }] }, { order: 'sideways' }, { kind: 'pie' }, { breakdown: { trait: 'plan' } }, { limit: '10' }]) {
      expect(draftOf({ ...FUNNEL, ...more }), JSON.stringify(more)).toBe(null)
    }
  })
  it('knows what is missing before the server is asked', () => {
    const draft = blank('funnel', 'UTC')
    expect([...faultsOf(draft)]).toEqual([['/steps/0', 'event'], ['/steps/1', 'event']])
    expect(faultsOf({ ...draft, steps: [newSet(['A']), newSet(['B'])] }).size).toBe(0)
    expect(faultsOf({ ...blank('segmentation', 'UTC'), range: { kind: 'between', from: '2026-02-02', to: '2026-02-01' } }).get('/range')).toBe('order')
    expect(faultsOf({ ...blank('retention', 'UTC'), brackets: '0, 4, 4' }).get('/brackets')).toBe('number')
    expect(faultsOf({ ...blank('paths', 'UTC'), who: '[]' }).get('/who')).toBe('json')
    for (const kind of KINDS) if (kind !== 'funnel') expect(faultsOf(blank(kind, 'UTC')).size, kind).toBe(0)
  })
})

describe('a query in an address', () => {
  it('comes back whole, of letters that no address changes', () => {
    const odd = { ...FUNNEL, steps: [{ event: 'Größe gewählt ✓ &=?#' }, { event: 'طلب' }] }
    expect(decode(encode(odd))).toEqual(odd)
    expect(encode(odd)).toMatch(/^[\w-]+$/)
  })
  it('is taken as plain JSON, too, and nothing else is', () => {
    expect(decode('{"kind":"paths"}')).toEqual({ kind: 'paths' })
    for (const text of [undefined, '', 'nonsense!', encode([1]), '{"kind":']) expect(decode(text)).toBe(null)
  })
})

describe('the time before', () => {
  const of = (range: Json, begin: string, zone = 'Europe/Berlin') => before({ kind: 'segmentation', range, zone }, begin).range
  it('is as long, in days of the zone', () => {
    expect(of({ last: { days: 7 } }, '2026-03-27T23:00:00Z')).toEqual({ from: '2026-03-21', to: '2026-03-27' })
    expect(of({ last: { weeks: 2 } }, '2026-10-25T22:00:00Z', 'UTC')).toEqual({ from: '2026-10-11', to: '2026-10-24' })
    expect(of({ last: { months: 3 } }, '2025-12-31T23:00:00Z')).toEqual({ from: '2025-10-01', to: '2025-12-31' })
    expect(of({ from: '2026-10-01', to: '2026-10-31' }, '2026-09-30T22:00:00Z')).toEqual({ from: '2026-08-31', to: '2026-09-30' })
  })
  it('is as long in hours', () => {
    expect(of({ last: { hours: 6 } }, '2026-10-01T06:00:00Z')).toEqual({ from: '2026-10-01T00:00:00.000Z', to: '2026-10-01T06:00:00.000Z' })
    expect(of({ from: '2026-10-01T00:00:00Z', to: '2026-10-01T12:00:00Z' }, '2026-10-01T00:00:00Z')).toEqual({ from: '2026-09-30T12:00:00.000Z', to: '2026-10-01T00:00:00.000Z' })
  })
})

describe('a refusal', () => {
  it('names its place', () => {
    expect(refusalOf('at "/steps/1/where": no such "operator"')).toEqual({ at: '/steps/1/where', says: 'no such "operator"' })
    expect(refusalOf('too many questions')).toBe(null)
  })
})
