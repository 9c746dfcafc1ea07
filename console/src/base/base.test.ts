// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { makeFormat } from './format'
import { findShortcut, keyName, type Shortcut } from './keys'
import { type Pulse, ratesOf } from './rates'

const shortcut = (keys: string, label = keys): Shortcut => ({ keys, label, group: 'g', run: () => undefined })

describe('keys', () => {
  const all = [shortcut('g s'), shortcut('g d'), shortcut('p'), shortcut('mod+k'), shortcut('p', 'later')]
  it.each([
    [null, 'x', null], [null, 'g', 'wait'], ['g', 's', 'g s'], ['g', 'x', null], [null, 's', null], [null, 'mod+k', 'mod+k'], [null, 'p', 'later'],
  ])('after %s, %s means %s', (before, key, want) => {
    const found = findShortcut(all, before, key)
    expect(found === null || found === 'wait' ? found : found.label).toBe(want)
  })
  it.each([
    [{ key: 'K', ctrlKey: true }, 'mod+k'], [{ key: 'k', metaKey: true }, 'mod+k'], [{ key: '?' }, '?'], [{ key: 'Shift' }, ''], [{ key: 'Enter', altKey: true }, 'alt+Enter'],
  ])('%o is named %s', (event, want) => {
    expect(keyName({ ctrlKey: false, metaKey: false, altKey: false, ...event })).toBe(want)
  })
})

describe('format', () => {
  const en = makeFormat('en', 'UTC')
  const at = Date.parse('2026-11-22T23:59:59.999Z')
  it.each([
    [en.integer(1234567), '1,234,567'], [en.loaded(1000, true), '1,000+'], [en.loaded(0, false), '0'], [en.short(9999), '9,999'], [en.short(10000), '10K'], [en.percent(0.714), '71.4%'],
    [en.bytes(0), '0 byte'], [en.bytes(999), '999 byte'], [en.bytes(1000), '1 kB'], [en.bytes(1536), '1.5 kB'], [en.bytes(20e9), '20 GB'],
    [en.duration(0), '0 ms'], [en.duration(999), '999 ms'], [en.duration(1000), '1 sec'], [en.duration(3 * 3600000 + 12 * 60000 + 9000), '3 hr 12 min'],
    [en.time(at), '23:59:59'], [en.timeMs(at), '23:59:59.999'], [makeFormat('en', 'Asia/Tokyo').time(at), '08:59:59'],
    [en.ago(at - 119000, at), '1 minute ago'], [en.ago(at, at), 'now'],
  ])('%s', (got, want) => {
    expect(got).toBe(want)
  })
})

describe('rates', () => {
  const beat = (at: number, events: number): Pulse => ({ at, end: 0, lag: 0, sources: [{ number: 1, events, quarantined: 0 }] })
  it.each<[string, Pulse[], (number | null)[]]>([
    ['nothing yet', [], [null, null]],
    ['one beat has no rate', [beat(0, 5)], [null, null]],
    ['per second', [beat(0, 0), beat(2000, 50)], [null, 25]],
    ['a restart is a gap', [beat(0, 100), beat(1000, 3)], [null, null]],
    ['a long silence is a gap', [beat(0, 0), beat(5001, 100)], [null, null]],
    ['five seconds are not', [beat(0, 0), beat(5000, 100)], [null, 20]],
    ['the newest', [beat(0, 0), beat(1000, 1), beat(2000, 3), beat(3000, 6)], [2, 3]],
  ])('%s', (_, history, want) => {
    expect(ratesOf(history, 1, 2)).toEqual(want)
  })
})
