// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { BLANK, changes, diffLines, type Draft, folded, hourly, type Rule, ruleFault, ruleIn, same } from './draft'

const rule = (name: string, schema = {}): Rule => ({ type: 'track', name, schema })
const plan = (...rules: Rule[]): Draft => ({ ...BLANK, name: 'Shop', rules })

describe('same', () => {
  it('does not mind the order of members, nor what is left out', () => {
    expect(same(plan({ type: 'track', name: 'a', schema: { x: 1, y: 2 } }), plan({ schema: { y: 2, x: 1 }, name: 'a', type: 'track', mode: null, description: '' }))).toBe(true)
  })
  it.each<[string, Draft]>([
    ['a name', { ...plan(rule('a')), name: 'Shops' }], ['a mode', { ...plan(rule('a')), mode: 'quarantine' }], ['a schema', plan(rule('a', { type: 'object' }))], ['the order of rules', plan(rule('b'), rule('a'))],
  ])('sees %s', (_, other) => expect(same(plan(rule('a')), other)).toBe(false))
})

describe('changes', () => {
  it('tells rule by rule', () => {
    const found = changes(plan(rule('a'), rule('b'), rule('c')), { ...plan(rule('a'), rule('b', { type: 'object' }), rule('d')), mode: 'allow' })
    expect(found.map((c) => [c.key, c.kind])).toEqual([['', 'changed'], ['track b', 'changed'], ['track d', 'added'], ['track c', 'removed']])
  })
  it('is empty for the same', () => expect(changes(plan(rule('a')), plan(rule('a')))).toEqual([]))
})

describe('diffLines', () => {
  it.each([['a\nb\nc', 'a\nc', [' a', '-b', ' c']], ['a', 'b', ['-a', '+b']], ['a\nc', 'a\nb\nc', [' a', '+b', ' c']], ['x', 'x', [' x']]])('%j %j', (a, b, want) => {
    expect(diffLines(a, b).map((l) => ({ same: ' ', added: '+', removed: '-' })[l.kind] + l.text)).toEqual(want)
  })
  it('does not compare what is very long', () => expect(diffLines('x\n'.repeat(2001), 'x').filter((l) => l.kind === 'same')).toEqual([]))
})

describe('folded', () => {
  const line = (kind: 'same' | 'added') => ({ kind, text: 'x' })
  it('keeps three lines around a change', () => {
    const lines = [...Array.from({ length: 6 }, () => line('same')), line('added'), ...Array.from({ length: 4 }, () => line('same'))]
    expect(folded(lines).map((l) => (l.kind === 'gap' ? l.count : l.kind))).toEqual([3, 'same', 'same', 'same', 'added', 'same', 'same', 'same', 1])
  })
})

describe('rules', () => {
  it('knows doubles and the nameless', () => {
    const [a, again, none] = [rule('a'), rule('a'), rule('')]
    expect(ruleFault(a, [a])).toBeNull()
    expect(ruleFault(a, [a, again])).toBe('twice')
    expect(ruleFault(none, [none])).toBe('no name')
    expect(ruleFault({ type: 'page', schema: {} }, [])).toBeNull()
  })
  it.each([['rules[0].schema: /properties: x', 0], ['rules[12].name: x', 12], ['the name is taken', null]])('%s', (text, want) => expect(ruleIn(text)).toBe(want))
})

describe('hourly', () => {
  it('fills the hours in which nothing was', () => {
    const now = Date.parse('2026-11-22T09:30:00Z')
    expect(hourly([{ at: '2026-11-22T08:00:00.000Z', n: 4 }], 3, now, (p) => p.n)).toEqual({
      times: ['07', '08', '09'].map((h) => Date.parse(`2026-11-22T${h}:00:00Z`)), values: [0, 4, 0],
    })
  })
})
