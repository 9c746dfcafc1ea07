// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { entryOf, entryOfRecord, filterOf, KEPT, merged, skippedOf, streamOf } from './model'

const record = (position: number, more: object = {}, patron: object = {}) => ({
  type: 'track', event: 'Order Completed', userId: 'u', receivedAt: '2026-11-22T09:00:00.000Z', ...more,
  _patron: { position, source: 'web', class: 'event', flags: [], ...patron },
})

describe('entryOfRecord', () => {
  it.each([
    ['landed', record(1), { verdict: 'landed', name: 'Order Completed', reason: '' }],
    ['flagged', record(1, {}, { flags: ['clamped', 'nul'] }), { verdict: 'flagged', reason: 'clamped, nul' }],
    ['quarantined', record(1, {}, { class: 'quarantine', reason: 'no_id', detail: 'neither userId nor anonymousId' }), { verdict: 'quarantined', reason: 'neither userId nor anonymousId' }],
    ['a name of its type', record(1, { event: undefined }), { name: 'track' }],
    ['a number as user', record(1, { userId: 7 }), { who: '7' }],
    ['an object as user', record(1, { userId: {}, anonymousId: 'a' }), { who: 'a' }],
  ])('%s', (_, data, want) => {
    expect(entryOfRecord(data)).toMatchObject(want)
  })
})

describe('entryOf', () => {
  it('takes a refused call, with an id of its own', () => {
    const event = { id: '', event: 'rejected', data: '{"path":"/v1/batch","status":401,"reason":"no such key","peer":"127.0.0.1"}' }
    const a = entryOf(event)
    const b = entryOf(event)
    expect(a).toMatchObject({ verdict: 'refused', name: '/v1/batch', reason: '401 no such key', position: null })
    expect(a?.id).not.toBe(b?.id)
  })
  it('leaves other events out', () => {
    expect(entryOf({ id: '', event: 'caught_up', data: '{}' })).toBeNull()
  })
})

describe('merged', () => {
  const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => entryOfRecord(record(from + i)))
  it('puts the newest on top', () => {
    expect(merged(entries(3, 5), merged(entries(1, 3), [])).map((e) => e.position)).toEqual([4, 3, 2, 1])
  })
  it('keeps each once, also within one batch', () => {
    expect(merged([...entries(1, 3), ...entries(2, 4)], entries(1, 2))).toHaveLength(3)
  })
  it('keeps no more than the bound', () => {
    expect(merged(entries(0, KEPT), [])).toHaveLength(KEPT)
    expect(merged(entries(0, KEPT + 1), []).at(-1)?.position).toBe(1)
  })
})

describe('filter', () => {
  it('goes from the address to the stream, without what is not set', () => {
    expect(streamOf(filterOf({ type: 'track', validity: 'nonsense', name: 'Order & co' }))).toBe('/api/v1/events/live?recent=200&type=track&name=Order+%26+co')
  })
})

it('counts what was left out', () => {
  expect(skippedOf([{ id: '', event: 'skipped', data: '{"count":7}' }, { id: '', event: 'event', data: '{}' }, { id: '', event: 'skipped', data: '{"count":5}' }])).toBe(12)
})
