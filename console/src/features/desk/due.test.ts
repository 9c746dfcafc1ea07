// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { leftOf } from './due'

const M = 60000
it.each<[string, number, object]>([
  ['an instant left is a minute', 1, { late: false, days: 0, hours: 0, minutes: 1 }],
  ['at the instant nothing is late', 0, { late: false, days: 0, hours: 0, minutes: 0 }],
  ['a millisecond late', -1, { late: true, days: 0, hours: 0, minutes: 1 }],
  ['an hour and a bit', 61 * M, { late: false, days: 0, hours: 1, minutes: 1 }],
  ['48 hours are days', 48 * 60 * M, { late: false, days: 2, hours: 0, minutes: 0 }],
  ['a minute less is not', 48 * 60 * M - M, { late: false, days: 0, hours: 47, minutes: 59 }],
  ['late by days', -(50 * 60 * M), { late: true, days: 2, hours: 2, minutes: 0 }],
])('%s', (_, left, want) => {
  expect(leftOf(1000000 + left, 1000000)).toEqual(want)
})
