// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { addressesOf } from './addresses'

test.each([
  ['', []],
  ['a@b.c', ['a@b.c']],
  [' a@b.c \n\n d@e.f,\r\na@b.c; +43 1 58 ', ['a@b.c', 'd@e.f', '+43 1 58']],
])('%j', (text, want) => {
  expect(addressesOf(text)).toEqual(want)
})
