// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Profile } from './model'
import { standardOf } from './standard'

const all: Profile['standard'] = {
  email: { trait: 'email', value: 'annamuster@gmail.com', role: false, meant: null, problem: null },
  phone: { trait: 'phone', value: '+436641234567', country: 'AT', country_from: 'setting', problem: null },
  name: { traits: ['firstName', 'last_name'], given: 'bob', given_full: 'robert', family: 'van der berg' },
  address: { traits: ['address', 'zip'], street: 'hauptstrasse', number: '12a', postal_code: null, city: 'wien', country: 'AT', problem: 'postal_code' },
}
const none: Profile['standard'] = { email: null, phone: null, name: null, address: null }

describe('the standard form of a trait', () => {
  it('is none where nothing is said', () => expect(standardOf(none, { name: 'email', value: 'x' })).toBeNull())
  it('is none of another trait', () => expect(standardOf(all, { name: 'mail', value: 'x' })).toBeNull())
  it('says no more than a value in other case', () => expect(standardOf(all, { name: 'email', value: ' AnnaMuster@gmail.com' })).toBeNull())
  it('stands where it differs', () => expect(standardOf(all, { name: 'email', value: 'anna.muster@gmail.com' })).toMatchObject({ kind: 'email', text: 'annamuster@gmail.com', problem: null }))
  it('stands where there is more to say', () => {
    const role = { ...all, email: { trait: 'email', value: 'info@x.at', role: true, meant: null, problem: null } }
    expect(standardOf(role, { name: 'email', value: 'info@x.at' })).toMatchObject({ role: true })
  })
  it('of a phone has its country, however it is written', () => expect(standardOf(all, { name: 'phone', value: '+436641234567' })).toMatchObject({ country: 'AT', from: 'setting' }))
  it('of a phone that is none has the problem alone', () => {
    const bad = { ...all, phone: { trait: 'phone', value: null, country: null, country_from: null, problem: 'number' as const } }
    expect(standardOf(bad, { name: 'phone', value: 12 })).toMatchObject({ text: '', problem: 'number' })
  })
  it('of a name goes to the trait that says the part', () => {
    expect(standardOf(all, { name: 'firstName', value: 'Bob' })).toMatchObject({ given: 'bob', full: 'robert', family: null })
    expect(standardOf(all, { name: 'last_name', value: 'Van der Berg' })).toBeNull()
    expect(standardOf({ ...all, name: { ...all.name!, traits: ['name'], given_full: null } }, { name: 'name', value: 'Berg, Bob van der' })).toMatchObject({ text: 'bob · van der berg' })
  })
  it('of an address leaves out what is not there', () => expect(standardOf(all, { name: 'address', value: {} })).toMatchObject({ text: 'hauptstrasse 12a, wien, AT', problem: 'postal_code' }))
  it('of a part of the address has that part', () => {
    const flat = { ...all, address: { ...all.address!, traits: ['street', 'zip', 'country'], postal_code: '1010', problem: null } }
    expect(standardOf(flat, { name: 'zip', value: 'A-1010' })).toMatchObject({ text: '1010' })
    expect(standardOf(flat, { name: 'street', value: 'Hauptstr. 12a' })).toMatchObject({ text: 'hauptstrasse 12a' })
    expect(standardOf(flat, { name: 'country', value: 'AT' })).toBeNull()
  })
})
