// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { asFormat, eventOf, type Mapping, mappingOf, parseMapping, rowsOf, suggestions, targetFault, withColumns, withEvent } from './mapping'

const mapping: Mapping = {
  format: 'csv',
  event: { type: 'track', name: 'Order Completed', rules: [{ skip: true, any: [] }] },
  columns: {
    userId: { column: 'customer', strip_suffix: '.0' },
    anonymousId: { column: 'order', prefix: 'o-', if_empty: 'customer' },
    timestamp: { column: 'when', type: 'time', format: '%Y' },
    'properties.order_id': 'order',
    'properties.currency': { value: 'GBP' },
    'properties.revenue': { sum: ['a', 'b'] },
  },
}

describe('mapping and rows', () => {
  const rows = rowsOf(mapping, ['order', 'when', 'customer', 'note'])
  it('follows the file, with what has no column behind it', () => {
    expect(rows.map((r) => [r.column, r.target])).toEqual([
      ['order', 'anonymousId'], ['order', 'properties.order_id'], ['when', 'timestamp'], ['customer', 'userId'], ['note', ''], ['', 'properties.currency'], ['', 'properties.revenue'],
    ])
    expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length)
  })
  it('gives back what it was given', () => {
    const back = mappingOf(mapping, rows)
    expect(back.event).toEqual(mapping.event)
    expect(back.columns).toEqual({ ...(mapping.columns as object), 'properties.order_id': { column: 'order' } })
  })
  it('takes a change and leaves the rest', () => {
    const changed = rows.map((r) => (r.column === 'note' ? { ...r, target: ' properties.note ', type: 'int' as const } : r))
    expect((mappingOf(mapping, changed).columns as Record<string, unknown>)['properties.note']).toEqual({ column: 'note', type: 'int' })
  })
  it('drops the format of what is no time any more', () => {
    const changed = rows.map((r) => (r.target === 'timestamp' ? { ...r, type: 'text' as const } : r))
    expect((mappingOf(mapping, changed).columns as Record<string, unknown>).timestamp).toEqual({ column: 'when' })
  })
  it('keeps a column that the file does not have', () => {
    expect(rowsOf(mapping, []).map((r) => r.target)).toHaveLength(6)
  })
  it('takes columns that are known later behind its own, once', () => {
    const more = withColumns(rows, ['order', 'extra', 'note', 'last'])
    expect(more.slice(rows.length).map((r) => [r.column, r.target])).toEqual([['extra', ''], ['last', '']])
    expect(new Set(more.map((r) => r.id)).size).toBe(more.length)
    expect(withColumns(more, ['extra'])).toBe(more)
  })
  it('writes no row whose column nobody named', () => {
    const typed = { id: 99, column: '', target: 'userId', type: 'text' as const, format: '', rest: {}, fixed: undefined, typed: true }
    expect(mappingOf({}, [typed]).columns).toEqual({})
    expect(mappingOf({}, [{ ...typed, column: 'who' }]).columns).toEqual({ userId: { column: 'who' } })
  })
  it('has nothing else as events, and room for it as rows', () => {
    expect(asFormat(mapping, 'events')).toEqual({ format: 'events' })
    expect(asFormat({ format: 'events' }, 'jsonl')).toEqual({ format: 'jsonl', event: { type: 'track', name: '' }, columns: {} })
    expect(asFormat(mapping, 'jsonl')).toEqual({ ...mapping, format: 'jsonl' })
  })
})

describe('targets', () => {
  const row = (id: number, target: string) => ({ id, target, column: 'c', type: 'text' as const, format: '', rest: {}, fixed: undefined })
  it.each([['userId', null], ['', null], ['properties.a', null], ['properties.products[].sku', null], ['properties.', 'unknown'], ['properties', 'unknown'], ['user', 'unknown'], ['traits.a.b', null], ['properties.a b', 'unknown']])(
    '%s', (target, fault) => expect(targetFault(row(1, target), [row(1, target)])).toBe(fault))
  it('twice', () => expect(targetFault(row(1, 'userId'), [row(1, 'userId'), row(2, 'userId ')])).toBe('twice'))
})

describe('event', () => {
  it('reads a plain one and leaves others alone', () => {
    expect(eventOf(mapping)).toEqual({ type: 'track', name: 'Order Completed' })
    expect(eventOf({})).toEqual({ type: 'track', name: '' })
    expect(eventOf({ event: { type: 'track', name: { column: 'x' } } })).toBeNull()
  })
  it('keeps the rules', () => expect(withEvent(mapping, { type: 'page', name: ' ' }).event).toEqual({ type: 'page', rules: [{ skip: true, any: [] }] }))
})

describe('texts', () => {
  it('takes objects only', () => {
    expect(parseMapping('{"a":1}').mapping).toEqual({ a: 1 })
    expect(parseMapping('[]').mapping).toBeNull()
    expect(parseMapping('{').fault).not.toBeNull()
  })
  it('offers names that can be written', () => {
    expect(suggestions(['Invoice No', 'Größe', '--'])).toContain('properties.invoice_no')
    expect(suggestions(['Größe'])).toContain('properties.größe')
    expect(suggestions(['--'])).not.toContain('properties.')
  })
})
