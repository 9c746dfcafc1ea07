// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { askedOf, exportOf, toRecord } from './views'

const saved = [{ id: 'tills', record: { state: 'open', category: 'till_fault', assignee: 'me', sort: 'number', columns: ['x'] } }]

describe('askedOf', () => {
  it.each<[string, Record<string, string>, object | null]>([
    ['nothing', {}, { state: 'open', sort: 'due' }],
    ['mine', { view: 'mine' }, { state: 'open', assignee: 'me-1', sort: 'due' }],
    ['a view with its own order', { view: 'resolved' }, { state: 'resolved', sort: 'changed' }],
    ['narrowed', { view: 'open', priority: 'P1', q: ' till ', sort: 'number', reversed: '1' }, { state: 'open', priority: 'P1', search: 'till', sort: 'number', reversed: true }],
    ['upset ones', { view: 'upset', mood: 'very_negative' }, { state: 'open', mood: 'very_negative', sort: 'sentiment' }],
    ["nobody's", { assignee: 'none' }, { state: 'open', assignee: '', sort: 'due' }],
    ['a queue', { view: 'queue:stores' }, { state: 'open', queue: 'stores', sort: 'due' }],
    ['a saved one', { view: 'saved:tills' }, { state: 'open', category: 'till_fault', assignee: 'me-1', sort: 'number' }],
    ['a slip', { view: 'nonsense', sort: 'nonsense' }, { state: 'open', sort: 'due' }],
  ])('%s', (_, url, want) => {
    expect(askedOf(url, 'me-1', saved)).toEqual(want)
  })
  it('waits for the record that it names', () => {
    expect(askedOf({ view: 'saved:tills' }, 'me-1', undefined)).toBeNull()
  })
})

it('keeps a view for whoever looks', () => {
  expect(toRecord({ state: 'open', assignee: 'me-1' }, 'me-1')).toEqual({ state: 'open', assignee: 'me' })
  expect(toRecord({ state: 'open', assignee: '' }, 'me-1')).toEqual({ state: 'open', assignee: '' })
})

it('asks for a file of the same', () => {
  expect(exportOf({ state: 'open', assignee: '', sort: 'due', major: true })).toBe('/api/v1/tickets/export?state=open&assignee=&sort=due&major=true')
})
