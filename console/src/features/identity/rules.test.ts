// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { blockedOf, draftOf, faultsOf, newPrefer, newType, same, sentOf, withCountry, withForm, withMode } from './rules'

const rules = {
  types: [
    { name: 'user_id', priority: 1, limit: 1, form: 'trim' as const, mode: 'login' as const, country: null },
    { name: 'email', priority: 2, limit: 5, form: 'email' as const, mode: 'unique' as const, country: null },
  ],
  other: { priority: 9, limit: 5, form: 'trim' as const, mode: 'unique' as const, country: null },
  blocked: ['test', 'unknown'],
  merge_cap: 200,
  traits: [{ name: 'email', sources: ['crm', 'till'] }],
}

describe('rules as they are edited', () => {
  it('stand by priority, then by name', () => {
    const [first, second] = rules.types
    if (first === undefined || second === undefined) throw new Error('two types')
    expect(draftOf({ ...rules, types: [second, { ...first, name: 'z', priority: 2 }, first] }).types.map((type) => type.name)).toEqual(['user_id', 'email', 'z'])
  })
  it('are sent as they came', () => expect(sentOf(draftOf(rules))).toEqual(rules))
  it('are the same after a change and back', () => {
    const draft = draftOf(rules)
    expect(same(draft, draftOf(rules))).toBe(true)
    expect(same(draft, { ...draft, merge_cap: 201 })).toBe(false)
    expect(same(draft, { ...draft, blocked: 'test\n\nunknown\n' })).toBe(true)
    expect(same(draft, { ...draft, types: [...draft.types].reverse() })).toBe(true)
    expect(same(draft, { ...draft, types: draft.types.slice(1) })).toBe(false)
  })
  it('take one blocked value a line', () => expect(blockedOf(' a \n\nb\r\na')).toEqual(['a', 'b']))
  it('add a type behind the others', () => expect(newType(draftOf(rules))).toMatchObject({ name: '', priority: 3, limit: 5 }))
  it('hold one value where it is immutable', () => {
    expect(withMode(rules.other, 'immutable').limit).toBe(1)
    expect(withMode(rules.other, 'login').limit).toBe(5)
  })
  it('keep a country with phone numbers alone', () => {
    const phone = withCountry(withForm(rules.other, 'phone'), ' at1')
    expect(phone).toMatchObject({ form: 'phone', country: 'AT' })
    expect(withForm(phone, 'trim').country).toBeNull()
    expect(withCountry(phone, '').country).toBeNull()
    expect(same(draftOf(rules), { ...draftOf(rules), other: phone })).toBe(false)
  })
  it('refuse half a country', () => {
    const draft = draftOf(rules)
    const half = { ...withForm(rules.other, 'phone'), country: 'A' }
    expect(faultsOf({ ...draft, other: half }).get('other')).toBe('country')
    expect(faultsOf({ ...draft, types: draft.types.map((type) => ({ ...type, country: 'A' })) }).size).toBe(2)
  })
  it.each([['', 'name'], ['Email', 'name'], ['1st', 'name'], ['x'.repeat(41), 'name'], ['user_id', 'twice']] as const)('refuse the name "%s"', (name, fault) => {
    const draft = draftOf(rules)
    const [first, second] = draft.types
    if (first === undefined || second === undefined) throw new Error('two types')
    expect(faultsOf({ ...draft, types: [first, { ...second, name }] }).get(second.row)).toBe(fault)
  })
  it('keep the order of preferred sources', () => {
    const draft = draftOf(rules)
    const [row] = draft.traits
    if (row === undefined) throw new Error('one trait')
    expect(same(draft, { ...draft, traits: [{ ...row, sources: ['till', 'crm'] }] })).toBe(false)
    expect(same(draft, { ...draft, traits: [] })).toBe(false)
  })
  it('refuse half a preference', () => {
    const draft = draftOf(rules)
    const [row] = draft.traits
    if (row === undefined) throw new Error('one trait')
    const fresh = newPrefer()
    const faults = (traits: typeof draft.traits) => [...faultsOf({ ...draft, traits }).values()]
    expect(faults([row])).toEqual([])
    expect(faults([row, fresh])).toEqual(['trait name'])
    expect(faults([row, { ...fresh, name: 'plan' }])).toEqual(['no sources'])
    expect(faults([row, { ...fresh, name: 'email', sources: ['crm'] }])).toEqual(['trait twice', 'trait twice'])
  })
  it('bound the blocked values', () => {
    const draft = draftOf(rules)
    const many = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`).join('\n')
    expect(faultsOf({ ...draft, blocked: many(1000) }).size).toBe(0)
    expect(faultsOf({ ...draft, blocked: many(1001) }).get('blocked')).toBe('blocked many')
    expect(faultsOf({ ...draft, blocked: 'é'.repeat(127) }).size).toBe(0)
    expect(faultsOf({ ...draft, blocked: 'é'.repeat(128) }).get('blocked')).toBe('blocked long')
  })
})
