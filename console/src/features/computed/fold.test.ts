// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { BLANK, conditionOf, faultsOf, formOf, jsonOf, newRow, withOperator } from './fold'

const round = [
  { fold: 'count' },
  { fold: 'exists', events: ['Product Viewed'], window: { last: { hours: 1 } } },
  { fold: 'sum', events: ['Order Completed'], property: 'total', currency: true, window: { last: { days: 30 } } },
  { fold: 'most_frequent', context: 'device.type' },
  { fold: 'distinct', property: 'products.0.sku', window: { calendar: 'quarter', zone: 'Europe/Berlin', back: 1 } },
  { fold: 'count', where: { any: [{ property: 'total', is: 'between', value: [5, 10.5] }, { field: 'channel', is: 'one_of', value: ['web', 'app'] }] } },
  { fold: 'count', where: { all: [{ context: 'device.type', is: 'exists' }, { property: 'code', is: 'equals', value: '007' }, { property: 'n', is: 'equals', value: 7 }] } },
  { fold: 'count', where: { all: [{ property: 'gift', is: 'equals', value: 'true' }, { property: 'gift', is: 'equals', value: true }] } },
  { fold: 'count', where: { not: { property: 'total', is: 'less', value: 5 } } },
  { fold: 'count', where: { all: [{ any: [{ property: 'a', is: 'exists' }] }] } },
]

describe('a fold and its form', () => {
  it.each(round)('says the same after both ways: %j', (json) => {
    const form = formOf(json)
    expect(form).not.toBeNull()
    expect(form && jsonOf(form)).toEqual(json)
  })
  it('takes a single condition as a row', () => {
    const form = formOf({ fold: 'count', where: { property: 'total', is: 'more', value: 5 } })
    expect(form?.where).toMatchObject({ kind: 'rows', join: 'all', rows: [{ name: 'total', is: 'more', values: ['5'] }] })
  })
  it('leaves what rows cannot say to JSON', () => {
    expect(formOf({ fold: 'count', where: { not: { property: 'a', is: 'exists' } } })?.where.kind).toBe('json')
    expect(formOf({ fold: 'count', where: { property: 'a', is: 'equals', value: 'x', exact: true } })?.where.kind).toBe('json')
    expect(formOf({ fold: 'count', where: { property: 'a', is: 'between', value: [1] } })?.where.kind).toBe('json')
    expect(formOf({ fold: 'none such' })).toBeNull()
    expect(formOf({ fold: 'count', window: { last: { fortnights: 1 } } })).toBeNull()
  })
  it('writes a number as a number and a quoted one as text', () => {
    const row = { ...newRow(), name: 'size' }
    expect(conditionOf({ ...row, values: ['42'] })).toEqual({ property: 'size', is: 'equals', value: 42 })
    expect(conditionOf({ ...row, values: ['"42"'] })).toEqual({ property: 'size', is: 'equals', value: '42' })
    expect(conditionOf({ ...row, is: 'begins_with', values: ['42'] })).toEqual({ property: 'size', is: 'begins_with', value: '42' })
    expect(conditionOf({ ...row, is: 'absent', values: [] })).toEqual({ property: 'size', is: 'absent' })
  })
  it('names what is missing', () => {
    const row = { ...newRow(), name: 'total', is: 'at_least' as const, values: ['many'] }
    const form = { ...BLANK, fold: 'sum' as const, where: { kind: 'rows' as const, join: 'all' as const, rows: [row, newRow()] } }
    expect([...faultsOf(form).values()]).toEqual(['no value', 'no number', 'no name'])
    expect(faultsOf(BLANK).size).toBe(0)
    expect(faultsOf({ ...form, path: 'total', where: { ...form.where, rows: [{ ...row, values: ['5'] }] } }).size).toBe(0)
  })
  it('keeps what was typed when the operator changes', () => {
    const row = { ...newRow(), name: 'total', values: ['5'] }
    expect(withOperator(row, 'between').values).toEqual(['5', ''])
    expect(withOperator({ ...row, is: 'between', values: ['5', '9'] }, 'one_of').values).toEqual(['5', '9'])
    expect(withOperator(row, 'exists').values).toEqual([])
  })
})
