// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { csvField, csvText } from './csv'

it.each([
  ['plain', 'plain'], ['a,b', '"a,b"'], ['say "x"', '"say ""x"""'], ['two\nlines', '"two\nlines"'], [null, ''], [undefined, ''], [0, '0'], [-5, '-5'], [false, 'false'],
  ['=SUM(A1)', "'=SUM(A1)"], ['+1', "'+1"], ['-1', "'-1"], ['@x', "'@x"], ['\tx', "'\tx"], ['a=b', 'a=b'], ['=a,"b"', '"\'=a,""b"""'],
])('%o is written as %o', (value, want) => {
  expect(csvField(value)).toBe(want)
})

it('holds the columns that have a value', () => {
  const columns = [{ title: 'Name', value: (r: { n: string }) => r.n }, { title: 'Drawing' }]
  expect(csvText(columns, [{ n: 'a' }, { n: 'b' }])).toBe('Name\r\na\r\nb\r\n')
})
