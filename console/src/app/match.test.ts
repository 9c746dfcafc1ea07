// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { matches } from './match'

it.each([
  ['Live debugger Page', '', true], ['Live debugger Page', 'deb liv', true], ['Live debugger', 'livex', false], ['Kovač', 'kovac', true], ['kovac', 'Kovač', true],
  ['المصادر', 'مصادر', true],
])('%s, searched by "%s": %s', (text, search, want) => {
  expect(matches(text, search)).toBe(want)
})
