// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { before, decode, encode, refusalOf } from './address'
import { blank, draftOf, faultsOf, KINDS, queryOf } from './query'
import { sampleOf } from './samples'
import { type Json, newSet } from './sets'
import { EVERYBODY, whoJson, whoOf } from './who'

const FUNNEL: Json = {
  kind: 'funnel', range: { last: { days: 30 } }, zone: 'Europe/Berlin',
  steps: [{ event: 'Product Viewed' }, { event: ['Product Added', 'Wishlist Added'] }, { event: 'Order Completed', where: { property: 'total', is: 'at_least', value: 20 } }],
  window: { hours: 12 }, breakdown: { context: 'device.type' }, exclude: [{ event: 'Order Cancelled', after: 2 }], same: { property: 'product_id' }, who: { did: { event: 'Signed Up' } },
}
const OTHERS: Json[] = [
  { kind: 'segmentation', series: [{ event: 'Order Completed', measure: 'quantile', of: { property: 'total' }, q: 0.9, name: 'Baskets' }, { measure: 'uniques' }], formulae: [{ name: 'Rate', formula: 'A / B' }], unit: 'week', range: { from: '2026-10-01', to: '2026-10-31' }, zone: 'UTC' },
  { kind: 'retention', begin: { event: 'Signed Up' }, again: {}, unit: 'day', way: 'beyond', brackets: [0, 1, 4, 8], recurring: true, range: { last: { weeks: 8 } }, zone: 'UTC' },
  { kind: 'paths', to: { event: 'Order Completed' }, nodes: { event: ['A', 'B'] }, gap: { minutes: 5 }, depth: 3, fold: false, limit: 50, range: { last: { hours: 6 } }, zone: 'UTC' },
  { kind: 'stickiness', of: { event: 'Product Viewed' }, unit: 'week', range: { last: { months: 2 } }, zone: 'UTC', who: { report: '01900000-0000-7000-8000-000000000000' } },
  { kind: 'lifecycle', of: {}, range: { from: '2026-10-01T00:00:00Z', to: '2026-10-02T12:00:00Z' }, zone: 'UTC' },
  { kind: 'sessions', gap: { hours: 1 }, unit: 'month', range: { last: { days: 90 } }, zone: 'UTC', where: { any: [{ field: 'channel', is: 'equals', value: 'app' }, { property: 'total', is: 'more', value: 1 }] } },
]

const SURE: Json[] = [
  { kind: 'compare', cohorts: [{ name: 'Everybody' }, { name: 'Gold', who: { trait: 'plan', is: 'equals', value: 'gold' } }, { who: { absent: { event: 'A' } } }], query: { kind: 'funnel', steps: [{ event: 'A' }, { event: 'B' }], window: { days: 1 } }, range: { last: { days: 30 } }, zone: 'UTC' },
  { kind: 'compare', cohorts: [{}, { who: { sequence: [{ event: 'A' }, { event: 'B' }] } }], query: { kind: 'retention', begin: { event: 'A' }, again: {}, unit: 'day' }, range: { last: { days: 30 } }, zone: 'UTC' },
  { kind: 'correlation', from: { event: 'A' }, to: { event: 'B' }, window: { hours: 3 }, properties: [{ context: 'device.type' }], traits: ['plan', 'vip'], events: [{ event: 'C' }], min_people: 10, level: 0.1, limit: 20, range: { last: { days: 30 } }, zone: 'UTC' },
  { kind: 'correlation', from: { event: 'A' }, to: { event: 'B' }, properties: 'all', events: [], range: { last: { days: 30 } }, zone: 'UTC' },
  { kind: 'friction', steps: [{ event: 'A' }, { event: 'B' }], baseline: { from: '2026-01-01', to: '2026-01-31' }, errors: [{ event: 'Oops' }], empty: { event: 'S', where: { property: 'hits', is: 'equals', value: 0 } }, repeats: 5, gap: { minutes: 5 }, range: { from: '2026-02-01', to: '2026-02-28' }, zone: 'UTC' },
  { kind: 'journey', stages: [{ event: 'A', name: 'one' }, { event: ['B', 'C'], name: 'two', again: true }], who: { any: [{ trait: 'age', is: 'more', value: 30 }, { did: { event: 'A' } }] }, range: { last: { days: 90 } }, zone: 'UTC' },
  { kind: 'journey', range: { last: { days: 90 } }, zone: 'UTC' },
]
/** What the form asks for first. */
const UNFINISHED = ['funnel', 'compare', 'correlation', 'friction']

const again = (json: Json) => {
  const draft = draftOf(json)
  return draft === null ? null : queryOf(draft)
}

describe('a query as a form', () => {
  it('says the same after it was one, of every kind', () => {
    expect(again(FUNNEL)).toEqual(FUNNEL)
    for (const one of [...OTHERS, ...SURE]) expect(again(one), JSON.stringify(one)).toEqual(one)
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
    expect(faultsOf({ ...blank('paths', 'UTC'), who: { kind: 'json', text: '[]' } }).get('/who')).toBe('json')
    for (const kind of KINDS.filter((one) => !UNFINISHED.includes(one))) expect(faultsOf(blank(kind, 'UTC')).size, kind).toBe(0)
  })
})

describe('cohorts', () => {
  const compare = (change: Json) => draftOf({ ...SURE[0], ...change })
  it('come back from the server, which gives all members', () => {
    const full = { ...(SURE[0]?.query as Json), breakdown: null, limit: 10, order: 'ordered' }
    expect(again({ ...SURE[0], query: full })).toEqual(SURE[0])
  })
  it('have a question that is asked of each, without what stands outside', () => {
    for (const more of [{ range: { last: { days: 1 } } }, { who: { did: {} } }, { breakdown: { field: 'channel' } }, { kind: 'paths', steps: undefined }]) {
      expect(compare({ query: { ...(SURE[0]?.query as Json), ...more } }), JSON.stringify(more)).toBe(null)
    }
  })
  it('differ, by name and by who belongs to them', () => {
    const faults = (change: Json) => {
      const draft = compare(change)
      return draft === null ? null : [...faultsOf(draft)]
    }
    expect(faults({})).toEqual([])
    expect(faults({ cohorts: [{}, {}] })).toEqual([['/cohorts', 'cohorts']])
    expect(faults({ cohorts: [{ name: 'x' }, { name: 'X ', who: { did: { event: 'A' } } }] })).toEqual([['/cohorts', 'name']])
    expect(faults({ query: { kind: 'funnel', steps: [{ event: 'A' }, {}] } })).toEqual([['/query/steps/1', 'event']])
  })
})

describe('who counts', () => {
  it('is rows where rows can say it, else JSON', () => {
    const rows = [{ did: { event: 'A' } }, { absent: { event: ['A', 'B'], where: { property: 'p', is: 'true' } } }, { all: [{ trait: 'plan', is: 'one_of', value: ['a', 'b'] }, { did: { event: 'A' } }] }]
    for (const one of rows) expect([whoOf(one).kind, whoJson(whoOf(one))], JSON.stringify(one)).toEqual(['rows', one])
    const others = [{ did: { event: 'A' }, times: { at_least: 2 } }, { not: { did: {} } }, { any: [] }, { did: { event: 'A', weight: 1 } }, { property: 'p', is: 'true' }]
    for (const one of others) expect([whoOf(one).kind, whoJson(whoOf(one))], JSON.stringify(one)).toEqual(['json', one])
    expect([whoOf(undefined), whoJson(EVERYBODY)]).toEqual([EVERYBODY, undefined])
  })
})

describe('an example', () => {
  it('is whole, of the range and zone that were chosen', () => {
    for (const kind of KINDS.filter((one) => UNFINISHED.includes(one))) {
      const sample = sampleOf({ ...blank(kind, 'Asia/Kolkata'), range: { kind: 'last', amount: 3, unit: 'weeks' } })
      expect(sample === null ? null : [[...faultsOf(sample)], sample.zone, queryOf(sample).range], kind).toEqual([[], 'Asia/Kolkata', { last: { weeks: 3 } }])
    }
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
