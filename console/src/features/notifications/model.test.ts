// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest'
import { toMinutes, toTime } from './model'

vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))

it.each([[0, '00:00'], [450, '07:30'], [1439, '23:59']])('%i minutes are %s', (minutes, time) => {
  expect(toTime(minutes)).toBe(time)
  expect(toMinutes(time)).toBe(minutes)
})

it.each(['', '24:00', '7:30', '07:60'])('"%s" is no time', (time) => expect(toMinutes(time)).toBeNull())
