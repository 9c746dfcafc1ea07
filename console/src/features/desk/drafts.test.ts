// SPDX-License-Identifier: Apache-2.0
import { beforeEach, expect, it } from 'vitest'
import { emptyDraft, loadDraft, saveDraft } from './drafts'

class Memory implements Storage {
  private map = new Map<string, string>()
  get length() {
    return this.map.size
  }
  clear = () => this.map.clear()
  getItem = (name: string) => this.map.get(name) ?? null
  key = (i: number) => [...this.map.keys()][i] ?? null
  removeItem = (name: string) => void this.map.delete(name)
  setItem = (name: string, value: string) => void this.map.set(name, value);
  [name: string]: unknown
}
let store = new Memory()
beforeEach(() => {
  store = new Memory()
})

it('a draft is of one person and one ticket', () => {
  saveDraft(store, 'a', 'INC-1', { mode: 'reply', text: 'hello', also: { state: 'waiting' }, once: 'x', at: 1 })
  expect(loadDraft(store, 'a', 'INC-1')).toEqual({ mode: 'reply', text: 'hello', also: { state: 'waiting' }, once: 'x', at: 1 })
  expect(loadDraft(store, 'b', 'INC-1')).toEqual(emptyDraft)
  expect(loadDraft(store, 'a', 'INC-2')).toEqual(emptyDraft)
})

it('an empty one is gone, a broken one is none', () => {
  saveDraft(store, 'a', 'INC-1', { mode: 'note', text: 'x', once: 'x', at: 1 })
  saveDraft(store, 'a', 'INC-1', { mode: 'note', text: '  ', once: 'y', at: 2 })
  expect(store.length).toBe(0)
  store.setItem('patron.desk.draft.a.INC-1', '{"text":3}')
  expect(loadDraft(store, 'a', 'INC-1')).toEqual(emptyDraft)
})

it('of more than fifty the oldest goes; what is no draft stays', () => {
  store.setItem('patron.prefs', '{}')
  for (let i = 0; i < 51; i += 1) saveDraft(store, 'a', `INC-${i}`, { mode: 'note', text: 'x', once: '', at: 100 - i })
  expect(store.length).toBe(51)
  expect(loadDraft(store, 'a', 'INC-49').text).toBe('')
  expect(loadDraft(store, 'a', 'INC-50').text).toBe('x')
  expect(store.getItem('patron.prefs')).toBe('{}')
})
