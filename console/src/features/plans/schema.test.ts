// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { anyFault, emptyRow, parseSchema, rowFault, rowsOf, type Schema, withRows } from './schema'

const order: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['properties', 'userId'],
  properties: {
    context: { type: 'object' },
    properties: {
      type: 'object',
      additionalProperties: false,
      required: ['order_id', 'address', 'unlisted'],
      properties: {
        order_id: { type: 'string', description: 'As on the receipt', minLength: 3 },
        total: { type: ['number', 'null'], multipleOf: 0.01 },
        currency: { type: 'string', enum: ['GBP', 'EUR'] },
        size: { type: 'integer', enum: [1, 2] },
        mixed: { enum: [{ a: 1 }] },
        numbers: { type: 'string', enum: [5] },
        anything: true,
        never: false,
        address: { type: 'object', required: ['city'], properties: { city: { type: 'string' }, geo: { type: 'object', properties: { lat: { type: 'number' } }, required: ['lat'] } } },
        items: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
        odd: { type: [], pattern: 5 },
      },
    },
  },
}

describe('schema and rows', () => {
  it('gives back what it was given', () => expect(withRows(order, 'track', rowsOf(order, 'track'))).toEqual(order))
  it('reads what the table shows', () => {
    const rows = rowsOf(order, 'track')
    const of = (name: string) => rows.find((r) => r.name === name)
    expect(of('order_id')).toMatchObject({ type: 'string', required: true, description: 'As on the receipt', rest: { minLength: 3 } })
    expect(of('total')).toMatchObject({ type: 'number|null', required: false })
    expect(of('currency')?.enum).toEqual(['GBP', 'EUR'])
    expect(of('size')?.enum).toEqual(['1', '2'])
    expect(of('mixed')?.enum).toBeNull()
    expect(of('numbers')?.enum).toBeNull()
    expect(of('address')?.children.map((c) => [c.name, c.required])).toEqual([['city', true], ['geo', false]])
    expect(of('never')?.whole).toBe(false)
  })
  it('looks at the traits of identify and group', () => {
    const schema: Schema = { properties: { traits: { properties: { email: { format: 'email' } } } } }
    expect(rowsOf(schema, 'identify').map((r) => r.name)).toEqual(['email'])
    expect(rowsOf(schema, 'track')).toEqual([])
  })
  it('asks for the holder where a member is required', () => {
    const made = withRows({}, 'group', [{ ...emptyRow(), name: 'plan', type: 'string', required: true }])
    expect(made).toEqual({ type: 'object', required: ['traits'], properties: { traits: { type: 'object', required: ['plan'], properties: { plan: { type: 'string' } } } } })
  })
  it('forgets a name that went, also where it was required', () => {
    const rows = rowsOf(order, 'track').filter((r) => r.name !== 'address')
    const made = withRows(order, 'track', rows) as { properties: { properties: { required: string[]; properties: object } } }
    expect(made.properties.properties.required).toEqual(['order_id', 'unlisted'])
    expect(made.properties.properties.properties).not.toHaveProperty('address')
  })
  it('renames, within an object too', () => {
    const rows = rowsOf(order, 'track').map((r) => (r.name === 'address' ? { ...r, name: 'place', children: r.children.map((c) => (c.name === 'city' ? { ...c, name: 'town' } : c)) } : r))
    const made = withRows(order, 'track', rows) as { properties: { properties: { required: string[]; properties: { place: { required: string[] } } } } }
    expect(made.properties.properties.required).toEqual(['order_id', 'place', 'unlisted'])
    expect(made.properties.properties.properties.place.required).toEqual(['town'])
  })
  it('writes words of an enum as the type has them', () => {
    const made = withRows({}, 'track', [{ ...emptyRow(), name: 'n', type: 'integer|null', enum: ['1', '2.5', 'x'] }, { ...emptyRow(), name: 'b', type: 'boolean', enum: ['true'] }, { ...emptyRow(), name: 's', enum: ['1'] }])
    expect((made.properties as { properties: { properties: object } }).properties.properties).toEqual({ n: { type: ['integer', 'null'], enum: [1, 2.5, 'x'] }, b: { type: 'boolean', enum: [true] }, s: { enum: ['1'] } })
  })
  it('an empty name is not written', () => {
    expect(withRows({}, 'track', [{ ...emptyRow(), required: true }])).toEqual({ type: 'object', properties: { properties: { type: 'object', properties: {} } } })
  })
})

describe('faults', () => {
  const row = (name: string, pattern = '') => ({ ...emptyRow(), name, pattern })
  it('names them', () => {
    const [a, again, none, bad] = [row('a'), row('a'), row(''), row('b', '([')]
    expect([a, again, none, bad].map((r) => rowFault(r, [a, again, none, bad]))).toEqual(['twice', 'twice', 'no name', 'pattern'])
    expect(rowFault(row('a', '^[0-9]{5}$'), [])).toBeNull()
  })
  it('looks into objects', () => {
    expect(anyFault([{ ...row('a'), children: [row('')] }])).toBe(true)
    expect(anyFault([{ ...row('a'), children: [row('b')] }])).toBe(false)
  })
  it('takes objects only', () => {
    expect(parseSchema('{}').schema).toEqual({})
    expect(parseSchema('true').schema).toBeNull()
    expect(parseSchema('{').fault).not.toBeNull()
  })
})
