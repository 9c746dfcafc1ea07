// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { lastHour, lastOf, overlaps, stateOf } from './state'

const OLD = '2026-11-22T10:00:00.000Z'
const NEW = '2026-11-22T10:00:01.000Z'

describe('the state of a connector', () => {
  it.each<[string, boolean, string | null, string | null, string | null, string]>([
    ['waits until something came', true, null, null, null, 'waiting'],
    ['is well after a good delivery', true, OLD, null, null, 'well'],
    ['is well again once a good one came behind a bad one', true, NEW, OLD, null, 'well'],
    ['is in trouble while the newest was bad', true, OLD, NEW, 'no', 'trouble'],
    ['is in trouble when nothing but bad ones came', true, null, NEW, 'no', 'trouble'],
    ['is disabled whatever came', false, OLD, NEW, 'no', 'disabled'],
  ])('%s', (_, enabled, good, bad, error, want) => {
    expect(stateOf({ enabled, health: { last_success_at: good, last_failure_at: bad, last_error: error } })).toBe(want)
  })
})

it.each([[null, null, null], [OLD, null, OLD], [null, NEW, NEW], [OLD, NEW, NEW], [NEW, OLD, NEW]])('the last of %s and %s', (good, bad, want) => {
  expect(lastOf({ last_success_at: good, last_failure_at: bad })).toBe(want)
})

it('adds the minutes up', () => expect(lastHour([0, 2, 3])).toBe(5))

it.each([[null, 0, false], [NEW, Date.parse(OLD), true], [NEW, Date.parse(NEW), false]])('overlap until %s at %s', (until, now, want) => expect(overlaps(until, now)).toBe(want))
