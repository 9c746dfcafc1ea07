// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest'

vi.stubGlobal('location', { origin: 'http://x' })
const { prefsOf } = await import('./prefsSync')

it.each([
  [null, {}], ['text', {}], [{}, {}], [{ theme: 'dark', density: 'huge', other: 1 }, { theme: 'dark' }],
  [{ theme: 'light', density: 'compact', locale: 'ar', zone: 'UTC' }, { theme: 'light', density: 'compact', locale: 'ar', zone: 'UTC' }], [{ locale: 'xx', zone: 'Mars/North' }, {}],
])('takes of %o what it knows', (copy, want) => {
  expect(prefsOf(copy)).toEqual(want)
})
