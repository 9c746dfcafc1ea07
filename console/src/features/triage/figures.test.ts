// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { mistakesOf, previewOf, squareOf } from './figures'

const category = (label: string, texts: number) => ({ label, texts, said: 0, right: 0, precision: 0, recall: 0 })
const metrics = {
  categories: [category('b', 3), category('a', 5), category('c', 1)],
  confusion: [{ is: 'a', said: 'a', count: 4 }, { is: 'a', said: 'b', count: 1 }, { is: 'b', said: 'c', count: 3 }, { is: '', said: 'a', count: 2 }],
}

it('the square has the labels with most texts first, and counts what the model has no label for apart', () =>
  expect(squareOf(metrics)).toEqual({ labels: ['a', 'b', 'c'], counts: [[4, 1, 0], [0, 0, 3], [0, 0, 0]], foreign: 2, left: 0 }))

it('what is left out of the square is counted', () => expect(squareOf(metrics, 2)).toMatchObject({ labels: ['a', 'b'], counts: [[4, 1], [0, 0]], left: 1 }))

it('mistakes are the worst first; right ones and foreign labels are none', () => expect(mistakesOf(metrics).map((one) => [one.is, one.said])).toEqual([['b', 'c'], ['a', 'b']]))

it.each([
  ['text,label\r\na,b\r\n\r\nc,d\r\n', { format: 'csv', lines: 2, first: ['text,label', 'a,b', 'c,d'] }],
  [' {"text":"a","label":"b"}\n', { format: 'jsonl', lines: 1, first: [' {"text":"a","label":"b"}'] }],
  ['', { format: 'csv', lines: 0, first: [] }],
])('a file %j is seen before it is sent', (text, preview) => expect(previewOf(text)).toEqual(preview))
