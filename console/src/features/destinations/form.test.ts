// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { newRow } from '@/features/computed'
import { NO_FILTER } from './filter'
import { addOf, editOf, faultsOf, type Form, formOf, newWebhookSecret, valueOf } from './form'
import type { Destination, Kind } from './model'

const field = (name: string, more: object = {}) => ({ name, title: name, help: '', secret: false, required: false, max: 100, fallback: '', choices: null, ...more })
const KIND: Kind = {
  name: 'webhook', title: 'Webhook', help: '', repeatable: true, mapping: 'whole', purposes: ['analytics'],
  fields: [field('url', { required: true }), field('secret', { required: true, secret: true }), field('batch', { fallback: '1' })],
}
const FORM: Form = { ...formOf(KIND), name: ' Hook ', settings: { url: 'https://h/', secret: 's' } }

describe('what is typed', () => {
  it('begins with the purposes of the kind', () => expect(formOf(KIND).purposes).toEqual(['analytics']))

  it.each<[string, Partial<Form>, string[], string[]]>([
    ['nothing is missing', {}, [], []],
    ['a name', { name: ' ' }, [], ['name']],
    ['a required setting', { settings: { secret: 's' } }, [], ['settings.url']],
    ['a secret that is stored need not be typed again', { settings: { url: 'u' } }, ['secret'], []],
    ['a filter that is no object', { filter: { kind: 'json', text: '[]' } }, [], ['filter']],
    ['a filter that is no JSON', { filter: { kind: 'json', text: '{' } }, [], ['filter']],
    ['a row of the filter', { filter: { ...NO_FILTER, rows: [newRow()] } }, [], ['filter']],
    ['a row without a path', { mapping: [{ id: 1, to: 'a', kind: 'from', text: '' }] }, [], ['mapping']],
    ['a row without a trait', { mapping: [{ id: 1, to: 'a', kind: 'trait', text: ' ' }] }, [], ['mapping']],
    ['a fixed value may be empty', { mapping: [{ id: 1, to: 'a', kind: 'value', text: '' }] }, [], []],
    ['an event without a name', { events: [{ id: 1, name: '', as: 'x' }] }, [], ['events']],
  ])('%s', (_, change, stored, want) => {
    expect([...faultsOf({ ...FORM, ...change }, KIND, stored).keys()]).toEqual(want)
  })

  it('becomes what the server takes', () => {
    const form: Form = { ...FORM, mapping: [{ id: 1, to: 'a ', kind: 'from', text: 'properties.b' }, { id: 2, to: 'c', kind: 'value', text: '7' }, { id: 3, to: 'd', kind: 'trait', text: 'plan ' }], events: [{ id: 1, name: 'A', as: '' }], filter: { kind: 'json', text: '{"x":1}' } }
    expect(addOf(form, KIND)).toEqual({
      name: 'Hook', kind: 'webhook', settings: { url: 'https://h/', secret: 's' }, filter: { x: 1 }, mapping: [{ to: 'a', from: 'properties.b' }, { to: 'c', value: 7 }, { to: 'd', trait: 'plan' }],
      events: [{ name: 'A' }], purposes: ['analytics'], in_order: false, historical: false, redrive_per_s: 500,
    })
  })

  it('leaves a stored secret alone and puts an emptied setting back', () => {
    expect(editOf({ ...FORM, settings: { url: 'u' } }, KIND, ['secret']).settings).toEqual({ url: 'u', batch: null })
  })

  it('comes back as it was', () => {
    const stored = { ...addOf({ ...FORM, mapping: [{ id: 0, to: 'a', kind: 'from', text: 'b' }, { id: 1, to: 'c', kind: 'value', text: 'x' }, { id: 2, to: 'd', kind: 'trait', text: 'plan' }] }, KIND) } as unknown as Destination
    expect(editOf(formOf(KIND, stored), KIND, [])).toMatchObject({ mapping: [{ to: 'a', from: 'b' }, { to: 'c', value: 'x' }, { to: 'd', trait: 'plan' }] })
  })

  it.each([[{ id: 7 }], [[1, 'a']], ['42'], ['true'], ['"quoted"'], ['{no json'], [42], [true], [null], ['']])('keeps the fixed value %j', (value) => {
    const stored = { ...addOf(FORM, KIND), mapping: [{ to: 'a', value }] } as unknown as Destination
    expect(editOf(formOf(KIND, stored), KIND, []).mapping).toEqual([{ to: 'a', value }])
  })
})

describe('fixed values', () => {
  it.each([['1', 1], ['-2.50', -2.5], ['true', true], ['null', null], ['007', '007'], ['1e3', '1e3'], ['12345678901234567890', '12345678901234567890'], ['{"id":7}', { id: 7 }], ['{x', '{x'], ['', ''], ['x', 'x']])('%s', (text, want) => expect(valueOf(text)).toEqual(want))
})

it('makes secrets of 32 bytes', () => {
  expect(newWebhookSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(newWebhookSecret()).not.toBe(newWebhookSecret())
})
