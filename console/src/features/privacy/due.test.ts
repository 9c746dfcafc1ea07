// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { leftOf } from './due'

const DUE = '2026-03-30T10:00:00.000Z'

test.each([
  ['a month before', DUE, '2026-02-28T10:00:00Z', 'UTC', 'later', 30],
  ['eight days before', DUE, '2026-03-22T23:59:59Z', 'UTC', 'later', 8],
  ['seven days before, at its first minute', DUE, '2026-03-23T00:00:00Z', 'UTC', 'soon', 7],
  ['the evening before', DUE, '2026-03-29T23:59:59Z', 'UTC', 'soon', 1],
  ['the same day', DUE, '2026-03-30T00:00:00Z', 'UTC', 'today', 0],
  ['a millisecond before', DUE, '2026-03-30T09:59:59.999Z', 'UTC', 'today', 0],
  ['the instant itself', DUE, '2026-03-30T10:00:00Z', 'UTC', 'overdue', 0],
  ['the next day', DUE, '2026-03-31T00:00:00Z', 'UTC', 'overdue', 1],
  // 22:30 of the 29th in UTC is the 30th already in Vienna, which has put its clocks forward that night
  ['in a zone where it is the day already', DUE, '2026-03-29T22:30:00Z', 'Europe/Vienna', 'today', 0],
  ['over a day of 23 hours', DUE, '2026-03-28T22:30:00Z', 'Europe/Vienna', 'soon', 2],
  ['in a zone where it is the day before', '2026-03-30T02:00:00.000Z', '2026-03-29T20:00:00Z', 'America/New_York', 'today', 0],
])('%s', (_, due, now, zone, state, days) => {
  const left = leftOf(due, Date.parse(now), zone)
  expect([left.state, Math.abs(left.days)]).toEqual([state, days])
})
