// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import type { HistoryRow } from './model'
import { changesOf, storyOf } from './story'

let seq = 0
function row(what: HistoryRow['what'], text = '', changes: object = {}): HistoryRow {
  seq += 1
  return { seq, at: '2026-05-04T09:00:00.000Z', what, public: false, by: { kind: 'account', id: 'a', name: 'A' }, changes: changes as Record<string, never>, text }
}

it('tells reports that joined together, with what is known last', () => {
  const told = storyOf([row('opened'), row('joined', 'x', { reports: [1, 2], stores: [1, 2] }), row('joined', 'x', { reports: [2, 3] }), row('note', 'hello'), row('joined', 'x', { reports: [3, 4], stores: [2, 3] })])
  expect(told.map((one) => one.kind)).toEqual(['did', 'joined', 'words', 'joined'])
  expect(told[1]).toMatchObject({ reports: 3, stores: 2 })
})

it('words are told as words, with what changed along; vendors and promises by their own', () => {
  expect(storyOf([row('changed', 'looked at it', { state: ['new', 'in_progress'] }), row('changed', '', { queue: ['', 'a'] }), row('escalated', 'A: please'), row('sla_breached', 'resolution'), row('merged', 'INC-2')]).map((one) => one.kind))
    .toEqual(['words', 'did', 'vendor', 'promise', 'did'])
})

it('a file that was added is no word of anybody', () => {
  expect(storyOf([row('attached', 'till.txt'), row('note', 'see it'), row('detached', 'till.txt')]).map((one) => one.kind)).toEqual(['did', 'words', 'did'])
})

it('changes are pairs; counters that a sentence tells are not told twice', () => {
  expect(changesOf(row('changed', '', { state: ['new', 'waiting'], reports: [1, 2], odd: 'x' }))).toEqual([{ field: 'state', before: 'new', after: 'waiting' }])
})
