// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { briefOf, channelOf, entryOf, fits, GAP_MS, orderOf, sessionsOf } from './sessions'

const BASE = Date.parse('2026-11-22T10:00:00.000Z')

function event(position: number, at: number, channel: string, more: Record<string, unknown> = {}) {
  return entryOf({
    type: 'track', event: `E${position}`, timestamp: new Date(BASE + at).toISOString(), receivedAt: new Date(BASE + at).toISOString(), context: { channel },
    _patron: { position, source: 'Shop' }, ...more,
  })
}

const told = (...all: ReturnType<typeof event>[]) => sessionsOf(all).map((s) => s.runs.map((r) => `${r.channel}:${r.entries.map((e) => e.position).join(',')}`))

describe('sessionsOf', () => {
  it('is empty without events', () => expect(sessionsOf([])).toEqual([]))
  it('keeps together what is half an hour apart, to the millisecond', () => {
    expect(told(event(1, 0, 'web'), event(2, GAP_MS, 'web'))).toEqual([['web:2,1']])
    expect(told(event(1, 0, 'web'), event(2, GAP_MS + 1, 'web'))).toEqual([['web:2'], ['web:1']])
  })
  it('counts the gap from event to event, not from the first', () => {
    expect(told(event(1, 0, 'web'), event(2, GAP_MS, 'web'), event(3, 2 * GAP_MS, 'web'))).toEqual([['web:3,2,1']])
  })
  it('parts a visit into runs of one channel and keeps their order', () => {
    const all = [event(1, 0, 'app'), event(2, 1000, 'store'), event(3, 2000, 'app'), event(4, 3000, 'app')]
    expect(told(...all)).toEqual([['app:4,3', 'store:2', 'app:1']])
    expect(sessionsOf(all)[0]).toMatchObject({ count: 4, channels: ['app', 'store'], from: BASE, to: BASE + 3000, key: '1' })
  })
  it('goes by when things happened, not by when they came', () => {
    expect(told(event(9, -2 * GAP_MS, 'web'), event(5, 0, 'web'))).toEqual([['web:5'], ['web:9']])
  })
  it('leaves equal times in the order of the log', () => expect(told(event(1, 0, 'web'), event(2, 0, 'web'))).toEqual([['web:2,1']]))
  it('keeps the name of a visit when it grows', () => {
    const before = sessionsOf([event(1, 0, 'web')])
    expect(sessionsOf([event(1, 0, 'web'), event(2, 1000, 'web')])[0]?.key).toBe(before[0]?.key)
  })
})

describe('channelOf', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['says it', { context: { channel: 'Store' } }, 'store'],
    ['a till', { context: { channel: 'POS' } }, 'store'],
    ['what no row knows goes on to the signs', { context: { channel: 'fax', userAgent: 'Mozilla/5.0' } }, 'web'],
    ['segment says it', { channel: 'mobile' }, 'app'],
    ['a server says nothing', { channel: 'server' }, ''],
    ['the library', { context: { library: { name: 'analytics.js' } } }, 'web'],
    ['not a library that begins like it', { context: { library: { name: 'analytics.jsx' } } }, ''],
    ['the device before the browser', { context: { device: { type: 'ios' }, userAgent: 'Mozilla/5.0' } }, 'app'],
    ['a register', { properties: { till_id: 7 } }, 'store'],
    ['a page', { context: { page: {} } }, 'web'],
    ['a screen', { type: 'screen' }, 'app'],
    ['nothing', { type: 'track', context: 'broken' }, ''],
  ])('%s', (_, given, want) => expect(channelOf(given)).toBe(want))
})

describe('briefOf', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an order', { type: 'track', properties: { order_id: 'A-1', products: [{ name: 'Coat' }, { name: 'Hat' }] } }, 'A-1 · Coat +1'],
    ['a search', { type: 'track', properties: { query: 'wool' } }, 'wool'],
    ['a page', { type: 'page', properties: { path: '/sale' } }, '/sale'],
    ['who it is', { type: 'identify', traits: { email: 'a@b.c', name: 'A' } }, 'email, name'],
    ['nothing', { type: 'track', properties: [1] }, ''],
  ])('%s', (_, given, want) => expect(briefOf(given)).toBe(want))
})

describe('orderOf', () => {
  const order = (name: string, properties: unknown) => orderOf(event(1, 0, 'web', { event: name, properties }))
  it('takes the total before the revenue', () => {
    expect(order('Order Completed', { order_id: 'A', total: 64.5, revenue: 60, currency: 'gbp', products: [{ quantity: 2 }, {}] })).toMatchObject({ id: 'A', total: '64.5', currency: 'GBP', refund: false, items: 3 })
    expect(order('Order Refunded', { revenue: '12.00' })).toMatchObject({ total: '12.00', refund: true, items: null })
  })
  it('knows what is no order, and a sum that is none', () => {
    expect(order('Order Viewed', { total: 1 })).toBeNull()
    expect(order('Order Completed', { total: 'much' })?.total).toBeNull()
  })
})

describe('fits', () => {
  it.each([['', '', true], ['web', '', true], ['app', '', false], ['none', '', false], ['', 'track', true], ['', 'page', false]])('channel %s type %s', (channel, type, want) => {
    expect(fits(event(1, 0, 'web'), { channel, type })).toBe(want)
  })
  it('finds what tells no channel', () => expect(fits(event(1, 0, ''), { channel: 'none', type: '' })).toBe(true))
})
