// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { oneOf, parseSearch, splitHref, stringifySearch } from './url'

it.each<[Record<string, unknown>, string]>([
  [{}, ''], [{ a: '', b: null, c: undefined }, ''], [{ a: 0, b: false }, '?a=0&b=false'], [{ name: 'Order & co' }, '?name=Order+%26+co'], [{ position: '007' }, '?position=007'],
])('%o is written as %s', (search, text) => {
  expect(stringifySearch(search)).toBe(text)
})

it('comes back as it was written', () => {
  const search = { user: 'ä+b c', id: '1e3', empty: '' }
  expect(parseSearch(stringifySearch(search))).toEqual({ user: 'ä+b c', id: '1e3' })
})

it('splits an address', () => {
  expect(splitHref('/live?source=1')).toEqual({ to: '/live', search: { source: '1' } })
  expect(splitHref('/live')).toEqual({ to: '/live', search: {} })
})

it('takes one of a list, else the first', () => {
  expect([oneOf('b', ['a', 'b']), oneOf('x', ['a', 'b']), oneOf(undefined, ['a'])]).toEqual(['b', 'a', 'a'])
})
