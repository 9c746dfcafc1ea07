// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { stricter } from './retention'

const row = (type: string, name: string, days: number) => ({ type, name, days })

describe('rows that may drop what was kept', () => {
  it.each([
    ['none without a change', [row('page', '', 30)], [row('page', '', 30)], []],
    ['none with more days', [row('page', '', 30)], [row('page', '', 31)], []],
    ['none when a row goes', [row('page', '', 30)], [], []],
    ['one with fewer days', [row('page', '', 30)], [row('page', '', 29)], [row('page', '', 29)]],
    ['a new one', [row('page', '', 30)], [row('page', '', 30), row('page', 'Home', 30)], [row('page', 'Home', 30)]],
    ['one of another type', [row('page', '', 30)], [row('screen', '', 30)], [row('screen', '', 30)]],
  ])('%s', (_title, before, after, want) => {
    expect(stricter(before, after)).toEqual(want)
  })

  it('takes what is left out as empty', () => {
    expect(stricter([row('', '', 30)], [{ days: 30 } as never])).toEqual([])
  })
})
