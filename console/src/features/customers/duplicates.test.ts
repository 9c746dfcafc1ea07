// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest'

vi.stubGlobal('location', { origin: 'http://localhost' })
const { afterwards, byWeight } = await import('./duplicates')

const pair = (id: string) => ({ id }) as Parameters<typeof afterwards>[0][number]
const said = (field: 'email' | 'phone' | 'birthday', weight: number) => ({ field, kind: 'same' as const, a: '', b: '', weight })

describe('after a decision', () => {
  it.each([['a', 'b'], ['b', 'c'], ['c', 'b'], ['x', 'a']])('%s is followed by %s', (id, next) => {
    expect(afterwards(['a', 'b', 'c'].map(pair), id)).toBe(next)
  })
  it('nothing is left', () => expect(afterwards([pair('a')], 'a')).toBeNull())
})

it('tells the strongest evidence first, for one person before against', () => {
  expect(byWeight([said('phone', -3), said('birthday', 1), said('email', 3)]).map((one) => one.field)).toEqual(['email', 'phone', 'birthday'])
})
