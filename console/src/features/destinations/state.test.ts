// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { rateOf, stateOf } from './state'

const RUNNING = { state: 'running' as const, lag: 0, lag_s: 0 }

describe('state of a destination', () => {
  it.each([
    ['running', RUNNING, 'running'],
    ['a minute behind', { ...RUNNING, lag: 5, lag_s: 60 }, 'running'],
    ['over a minute behind', { ...RUNNING, lag: 5, lag_s: 60.5 }, 'behind'],
    ['nothing waits', { ...RUNNING, lag: 0, lag_s: 90 }, 'running'],
    ['stopped', { ...RUNNING, state: 'stopped' as const, lag: 9, lag_s: 90 }, 'stopped'],
    ['disabled', { ...RUNNING, state: 'disabled' as const, lag: 9, lag_s: 90 }, 'disabled'],
  ])('%s', (_, given, want) => {
    expect(stateOf(given)).toBe(want)
  })
})

describe('events a second', () => {
  it('is of the time between two looks', () => expect(rateOf({ at: 1000, delivered: 10 }, { at: 3000, delivered: 30 })).toBe(10))
  it('needs two looks', () => expect(rateOf(undefined, { at: 1, delivered: 1 })).toBeNull())
  it('says nothing of a counter that began anew', () => expect(rateOf({ at: 1, delivered: 9 }, { at: 2, delivered: 1 })).toBeNull())
})
