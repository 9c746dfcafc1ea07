// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { faultOf, type Mapping, mappingOf, newRule, parse, pathsOf, rulesOf, scopeOf, starter, textOfValue, twiceOf, valueAt, valueOf } from './mapping'

/** The example of docs/connectors.md and what else the language has. */
const WHOLE: Mapping = {
  rules: [
    {
      when: [{ path: '^type', is: ['order.paid', 7, true, '7'] }, { path: 'test', not: ['yes'] }, { path: 'gone', absent: true }, { path: 'id' }],
      type: 'track', event: 'Order Completed', root: 'data', object: { type: 'order', id: 'id', version: 'updated_at', once: 'completed' },
      who: { customer: 'customer.id', order: 'id' }, external_ids: { loyalty_card: 'customer.card' }, belongs_to: { order: 'id' }, timestamp: 'paid_at',
      properties: {
        order_id: 'id', total: { path: 'net+tax', as: 'money', required: true }, channel: { value: 'kiosk' }, code: { value: '12' }, rate: { value: 12 }, more: { value: { a: [1] } },
        products: { path: 'lines', lines: { sku: 'sku', quantity: { path: 'n', as: 'number' } } },
      },
      traits: { email: 'customer.mail', 'address.city': 'customer.city' },
    },
    { type: 'track', event: { path: 'type' }, each: 'items', user_id: 'user' },
    { type: 'identify', who: { customer: 'id' } },
  ],
}

describe('a mapping as rows', () => {
  it('comes back as it was', () => expect(mappingOf(rulesOf(WHOLE) ?? [])).toEqual(WHOLE))

  it.each<[string, unknown]>([
    ['another member', { rules: [], more: 1 }],
    ['no list', { rules: {} }],
    ['a rule that is none', { rules: [1] }],
    ['a member that no rule has', { rules: [{ what: 1 }] }],
    ['another type', { rules: [{ type: 'page' }] }],
    ['a path that is no text', { rules: [{ root: 1 }] }],
    ['two conditions in one', { rules: [{ when: [{ path: 'a', is: ['x'], not: ['y'] }] }] }],
    ['absent: false', { rules: [{ when: [{ path: 'a', absent: false }] }] }],
    ['a value and a path', { rules: [{ properties: { a: { path: 'x', value: 1 } } }] }],
    ['a field that is a list', { rules: [{ properties: { a: [] } }] }],
    ['a member of a field', { rules: [{ traits: { a: { path: 'x', more: 1 } } }] }],
  ])('are not shown of %s', (_, mapping) => expect(rulesOf(mapping as Mapping)).toBeNull())

  it('leave out what is empty and keep what is half there', () => {
    const rule = { ...newRule(), when: [], event: ' Sold ', who: [{ id: 1, name: 'customer', path: '' }, { id: 2, name: '', path: '' }] }
    expect(mappingOf([rule])).toEqual({ rules: [{ type: 'track', event: 'Sold', who: { customer: '' } }] })
    expect(mappingOf([{ ...rule, type: 'identify' }])).toEqual({ rules: [{ type: 'identify', who: { customer: '' } }] })
  })
})

it.each([[7], ['7'], [true], ['true'], [null], ['x'], [''], ['12345678901234567890'], [{ a: 1 }], ['{no']])('keeps the value %j', (value) => expect(valueOf(textOfValue(value))).toEqual(value))

it.each([['{"a":1}', { a: 1 }], ['[]', null], ['{', null], ['1', null], ['null', null]])('reads %s', (text, want) => expect(parse(text)).toEqual(want))

it('names what stands twice', () => expect([...twiceOf(['a', 'b', ' a', '', ''])]).toEqual(['a']))

it.each([
  ['mapping: rule 2: when must list a value', { rule: 1, section: 'when', text: 'when must list a value' }],
  ['mapping: rule 1: object.id must be a path', { rule: 0, section: 'object', text: 'object.id must be a path' }],
  ['mapping: rule 1: properties.order id is there twice', { rule: 0, section: 'properties', text: 'properties.order id is there twice' }],
  ['mapping: rule 1: context.traits.email must have a path', { rule: 0, section: 'traits', text: 'context.traits.email must have a path' }],
  ['mapping: rule 1: who or user_id is missing', { rule: 0, section: 'who', text: 'who or user_id is missing' }],
  ['mapping: rule 1: sku must have a path', { rule: 0, section: null, text: 'sku must have a path' }],
  ['mapping: rules are none', { rule: null, section: null, text: 'rules are none' }],
  ['webhook: total is missing, for properties.total', null],
])('places "%s"', (message, want) => expect(faultOf(message)).toEqual(want))

describe('what a body offers', () => {
  const body = { type: 'order.paid', data: { id: 'o1', 'cust no': 7, lines: [{ sku: 'A' }], customer: { id: 'c', mail: 'm' }, paid_at: 't', total: '1', currency: 'EUR' } }

  it.each([
    ['data.customer.id', 'c'], ['^type', 'order.paid'], ['data.lines.0.sku', 'A'], ['data.cust%20no', 7], ['data.none.deeper', undefined], ['data.id|data.other', 'o1'],
  ])('%s', (path, want) => expect(valueAt(body, body, path)).toBe(want))

  it('names paths from where a rule begins', () => {
    expect(pathsOf(body, body)).toContain('data.lines.0.sku')
    const near = pathsOf(body, scopeOf(body, { root: 'data', each: 'lines' }))
    expect([near[0], near[1]]).toEqual(['sku', '^type'])
    expect(pathsOf(body, scopeOf(body, { root: 'data', each: 'none' }))[0]).toBe('^type')
  })

  it('makes a first rule', () => {
    expect(mappingOf([starter(body)])).toEqual({
      rules: [{
        when: [{ path: '^type', is: ['order.paid'] }], type: 'track', event: 'Order Completed', root: 'data', who: { customer: 'customer.id' }, timestamp: 'paid_at',
        properties: { order_id: 'id', total: { path: 'total', as: 'money' }, currency: { path: 'currency', as: 'currency' } }, traits: { email: 'customer.mail' },
      }],
    })
    expect(rulesOf(mappingOf([starter(null)]))).not.toBeNull()
  })
})
