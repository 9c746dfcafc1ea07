// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { addOf, editOf, type Form, formOf, missingOf } from './form'
import type { Connector, Kind } from './model'

const field = (name: string, more: object = {}) => ({ name, title: name, help: '', required: false, max: 100, choices: null, fallback: null, ...more })
const kindOf = (more: Partial<Kind>): Kind => ({
  name: 'shopify', title: '', help: '', secret: 'given', secret_title: '', secret_help: '', signature: '', topics: [], samples: [], mapped: false, fields: [], ...more,
})
const FORM: Form = { name: ' Shop ', source: '', secret: ' s ', settings: {} }
const SQUARE = kindOf({ name: 'square', fields: [field('notification_url', { required: true })] })
const VEND = kindOf({ name: 'lightspeed', fields: [field('currency', { required: true }), field('user_ids')] })

describe('what is missing', () => {
  it.each<[string, Kind, Partial<Form>, boolean, string[]]>([
    ['nothing', kindOf({}), {}, true, []],
    ['a name', kindOf({}), { name: ' ' }, true, ['name']],
    ['a secret that the vendor gives', kindOf({}), { secret: ' ' }, true, ['secret']],
    ['no secret that is made here', kindOf({ secret: 'made' }), { secret: '' }, true, []],
    ['no secret of one that is there', kindOf({}), { secret: '' }, false, []],
    ['a required setting', VEND, { settings: { currency: ' ' } }, true, ['settings.currency']],
    ['not its own address, before it has one', SQUARE, {}, true, []],
    ['its own address afterwards', SQUARE, {}, false, ['settings.notification_url']],
  ])('%s', (_, kind, change, anew, want) => expect([...missingOf({ ...FORM, ...change }, kind, anew)]).toEqual(want))
})

it.each<[string, Kind, Partial<Form>, object]>([
  ['a new source', kindOf({}), {}, { kind: 'shopify', name: 'Shop', enabled: true, settings: {}, secret: 's' }],
  ['a source that is there', kindOf({ secret: 'made' }), { source: 'id', secret: '' }, { kind: 'shopify', name: 'Shop', enabled: true, settings: {}, source: 'id' }],
  ['settings that are filled in', VEND, { settings: { currency: 'NZD', user_ids: '', other: 'x' } }, { kind: 'lightspeed', name: 'Shop', enabled: true, settings: { currency: 'NZD' }, secret: 's' }],
  ['an address to begin with', SQUARE, {}, { kind: 'square', name: 'Shop', enabled: true, settings: { notification_url: 'https://here' }, secret: 's' }],
  ['an address of ones own', SQUARE, { settings: { notification_url: 'https://x' } }, { kind: 'square', name: 'Shop', enabled: true, settings: { notification_url: 'https://x' }, secret: 's' }],
])('adds with %s', (_, kind, change, want) => expect(addOf({ ...FORM, ...change }, kind, 'https://here')).toEqual(want))

it.each<[string, Partial<Form>, object]>([
  ['nothing', {}, {}],
  ['the name', { name: 'Till ' }, { name: 'Till' }],
  ['the source', { source: 'two' }, { source: 'two' }],
  ['one setting', { settings: { currency: 'NZD', user_ids: 'yes' } }, { settings: { user_ids: 'yes' } }],
  ['a setting that is emptied', { settings: { currency: '' } }, { settings: { currency: '' } }],
])('changes %s alone', (_, change, want) => {
  const before = { name: 'Shop', source: { id: 'one', name: 'Shop' }, settings: { currency: 'NZD' } } as unknown as Connector
  expect(editOf({ ...formOf(before), ...change }, VEND, before)).toEqual(want)
})
