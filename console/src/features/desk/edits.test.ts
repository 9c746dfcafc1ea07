// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest'
import type { Edit, Ticket } from './model'

const { cache, answers, renewed } = vi.hoisted(() => ({ cache: new Map<string, unknown>(), answers: [] as Promise<unknown>[], renewed: [] as string[] }))
type Named = { queryKey: readonly unknown[] }
vi.mock('@/api/client', () => ({ ApiError: class extends Error {}, api: { PATCH: () => answers.shift() }, ok: (one: unknown) => one }))
vi.mock('@/base/session', () => ({
  queries: {
    cancelQueries: () => Promise.resolve(), setQueriesData: () => undefined,
    invalidateQueries: ({ queryKey }: Named) => Promise.resolve(renewed.push(queryKey.join(' '))),
    getQueryData: (key: readonly unknown[]) => cache.get(key.join(' ')),
    setQueryData: (key: readonly unknown[], next: unknown) => cache.set(key.join(' '), typeof next === 'function' ? (next as (before: unknown) => unknown)(cache.get(key.join(' '))) : next),
  },
}))
vi.mock('./model', () => ({ ALL: 'desk', oneKey: (key: string) => ['desk', 'one', key] }))

const { applied, change, conflictsOf, undoOf, undosOf } = await import('./edits')

function ticket(change: Partial<Ticket> = {}): Ticket {
  return { key: 'INC-1', state: 'new', waiting_for: '', priority: 3, title: 'a', assignee: '', queue: 'q', label: '', major: false, watchers: [], custom: {}, resolution: '', ...change } as Ticket
}

describe('undoOf', () => {
  it.each<[string, Partial<Ticket>, Edit, Edit | null]>([
    ['an assignment', {}, { assignee: 'x' }, { assignee: '' }],
    ['nothing changed', { assignee: 'x' }, { assignee: 'x' }, null],
    ['notes stand', {}, { note: 'hello', public: true }, null],
    ['what was new cannot be new again', {}, { state: 'resolved' }, { state: 'in_progress' }],
    ['nor out of work', {}, { state: 'in_progress' }, null],
    ['a wait for somebody', { state: 'waiting', waiting_for: 'vendor' }, { state: 'in_progress' }, { state: 'waiting', waiting_for: 'vendor' }],
    ['out of a wait', { state: 'in_progress' }, { state: 'waiting', waiting_for: 'requester' }, { state: 'in_progress' }],
    ['whom it waits for', { state: 'waiting', waiting_for: 'vendor' }, { waiting_for: 'requester' }, { waiting_for: 'vendor' }],
    ['a major incident', {}, { major: true, commander: 'x' }, { major: false, commander: undefined as never }],
    ['lists by their values', { watchers: ['a'] }, { watchers: ['a'] }, null],
  ])('%s', (_, before, edit, want) => {
    expect(undoOf(ticket(before), edit)).toEqual(want)
  })
  it('groups those that were alike', () => {
    const all = [ticket({ key: 'a' }), ticket({ key: 'b', assignee: 'x' }), ticket({ key: 'c' }), ticket({ key: 'd', assignee: 'y' })]
    expect(undosOf(all, { assignee: 'y' })).toEqual([{ keys: ['a', 'c'], edit: { assignee: '' } }, { keys: ['b'], edit: { assignee: 'x' } }])
  })
})

describe('applied', () => {
  it('shows a state without its wait, and a label as the priority it asks for', () => {
    expect(applied(ticket({ state: 'waiting', waiting_for: 'vendor' }), { state: 'in_progress' })).toMatchObject({ state: 'in_progress', waiting_for: '' })
    expect(applied(ticket(), { label: 'P1' }).priority).toBe(1)
    expect(applied(ticket(), { label: 'P5' }).priority).toBe(3)
  })
})

describe('conflictsOf', () => {
  const base = ticket({ title: 'a', queue: 'q' })
  it.each<[string, Edit, Partial<Ticket>, string[]]>([
    ['the same field, another value', { title: 'mine' }, { title: 'theirs' }, ['title']],
    ['the same value', { title: 'same' }, { title: 'same' }, []],
    ['another field', { title: 'mine' }, { queue: 'other' }, []],
    ['lists', { watchers: ['a'] }, { watchers: ['b'] }, ['watchers']],
  ])('%s', (_, edit, now, want) => {
    expect(conflictsOf(base, edit, { ...base, ...now }).map((one) => one.field)).toEqual(want)
  })
})

describe('change', () => {
  const shown = () => (cache.get('desk one INC-1') as { ticket: Ticket }).ticket
  const begin = () => {
    const base = ticket({ version: 1 })
    cache.set('desk one INC-1', { ticket: base, links: [] })
    renewed.length = 0
    return base
  }
  it('an answer that was overtaken shows nothing', async () => {
    const base = begin()
    let first: (page: unknown) => void = () => undefined
    answers.push(new Promise((resolve) => { first = resolve }), Promise.resolve({ ticket: ticket({ version: 3, assignee: 'x', state: 'resolved' }), links: [] }))
    const one = change(base, { assignee: 'x' })
    await change(base, { state: 'resolved' })
    first({ ticket: ticket({ version: 2, assignee: 'x' }), links: [] })
    expect((await one).version).toBe(2)
    expect(shown()).toMatchObject({ version: 3, state: 'resolved', assignee: 'x' })
  })
  it('what is refused is taken back, and what it ended to read is read again', async () => {
    const base = begin()
    answers.push(Promise.reject(new Error('no')))
    await expect(change(base, { title: 'b' })).rejects.toThrow('no')
    expect(shown().title).toBe('a')
    expect(renewed).toEqual(['desk one INC-1', 'desk list', 'desk count'])
  })
})
