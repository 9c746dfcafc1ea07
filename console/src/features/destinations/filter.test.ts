// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { newRow } from '@/features/computed'
import { type Filter, filterFault, filterJson, filterOf, filterText, newGroup, NO_FILTER, rowsOfText } from './filter'

const DEAR = { property: 'total', is: 'at_least', value: 10 }
const GOLD = { trait: 'tier', is: 'equals', value: 'gold' }
const WEB = { field: 'channel', is: 'one_of', value: ['web', 'app'] }

describe('a filter and its rows', () => {
  it.each<[string, object]>([
    ['one condition', DEAR],
    ['one on the person', GOLD],
    ['all of several', { all: [DEAR, GOLD] }],
    ['any of several', { any: [DEAR, { context: 'device.type', is: 'exists' }] }],
    ['a group inside', { all: [DEAR, { any: [GOLD, WEB] }] }],
    ['two groups', { any: [{ all: [DEAR, GOLD] }, { all: [WEB, GOLD] }] }],
    ['what must not be', { not: GOLD }],
    ['none of several', { all: [DEAR, { not: { any: [GOLD, WEB] } }] }],
  ])('says the same after both ways: %s', (_, json) => {
    const filter = filterOf(json)
    expect(filter.kind).toBe('rows')
    expect(filterJson(filter)).toEqual(json)
    expect(rowsOfText(filterText(filter))?.kind).toBe('rows')
  })

  it.each<[string, object, object]>([
    ['a list of one', { all: [DEAR] }, DEAR],
    ['conditions stand before groups', { all: [{ any: [GOLD, WEB] }, DEAR] }, { all: [DEAR, { any: [GOLD, WEB] }] }],
    ['one of a group', { not: { any: [GOLD] } }, { not: GOLD }],
  ])('means the same: %s', (_, json, want) => expect(filterJson(filterOf(json))).toEqual(want))

  it.each<[string, object]>([
    ['a group in a group', { all: [{ any: [DEAR, { all: [GOLD, WEB] }] }] }],
    ['with regard to case', { ...GOLD, exact: true }],
    ['any of none', { any: [] }],
    ['an empty group', { all: [DEAR, { any: [] }] }],
    ['not all', { not: { all: [DEAR, GOLD] } }],
    ['what this console does not know', { segment: 'vip', is: 'true' }],
  ])('leaves to JSON: %s', (_, json) => {
    const filter = filterOf(json)
    expect(filter.kind).toBe('json')
    expect(filterJson(filter)).toEqual(json)
  })

  it('is none without conditions', () => {
    expect(filterOf(null)).toEqual(NO_FILTER)
    expect(filterJson(NO_FILTER)).toBeNull()
    expect(filterJson({ ...NO_FILTER, groups: [newGroup('any', [])] })).toBeNull()
    expect(filterJson({ kind: 'json', text: ' ' })).toBeNull()
    expect(rowsOfText('')).toEqual(NO_FILTER)
    expect(rowsOfText('{')).toBeNull()
  })

  it.each<[string, Filter, string | null]>([
    ['whole', filterOf(GOLD), null],
    ['a row without a name', { ...NO_FILTER, rows: [newRow()] }, 'incomplete'],
    ['a row of a group without a name', { ...NO_FILTER, groups: [newGroup('any', [newRow()])] }, 'incomplete'],
    ['half a JSON', { kind: 'json', text: '{' }, 'not JSON'],
    ['a list', { kind: 'json', text: '[]' }, 'not JSON'],
    ['an empty text', { kind: 'json', text: '' }, null],
  ])('can be sent or not: %s', (_, filter, want) => expect(filterFault(filter)).toBe(want))
})
