// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { fieldsOf, headOf, readCut } from './columns'

describe('fieldsOf', () => {
  it.each<[string, string[], string[]]>([
    ['paths of members, lists whole', ['{"id":1,"customer":{"id":"c","tags":["a"]},"lines":[{"sku":1}],"none":{}}'], ['id', 'customer.id', 'customer.tags', 'lines', 'none']],
    ['those of all items, once', ['{"a":1}', '{"a":2,"b":null}'], ['a', 'b']],
    ['no item, nothing', ['7', '"x"', 'no JSON', ''], []],
  ])('%s', (_, texts, want) => {
    expect(fieldsOf(texts)).toEqual(want)
  })
})

describe('readCut', () => {
  it.each([
    ['{"a":1,"b":{"c":"x, y","d":[1,2', { a: 1, b: { c: 'x, y', d: [1] } }],
    ['{"a":"\\"},","b":tr', { a: '"},' }],
    ['{"a":"much tex', null],
    ['[1,2]', [1, 2]],
  ])('%s', (text, want) => {
    expect(readCut(text)).toEqual(want)
  })
})

describe('headOf', () => {
  it.each([
    ['order,customer,total\n1,2,3', { format: 'csv', delimiter: ',', columns: ['order', 'customer', 'total'] }],
    ['\uFEFFa;"b; c";d\r\n', { format: 'csv', delimiter: ';', columns: ['a', 'b; c', 'd'] }],
    ['a\tb', { format: 'csv', delimiter: 'tab', columns: ['a', 'b'] }],
    ['a|b|"say ""so"""', { format: 'csv', delimiter: '|', columns: ['a', 'b', 'say "so"'] }],
    ['\n{"id":1}\n{"id":2,"at":"x"}', { format: 'jsonl', delimiter: null, columns: ['id', 'at'] }],
    ['', { format: 'csv', delimiter: ',', columns: [] }],
  ])('%j', (text, want) => {
    expect(headOf(text)).toEqual(want)
  })
})
