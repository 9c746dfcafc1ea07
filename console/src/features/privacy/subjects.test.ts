// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { hasRoom, SUBJECTS_MAX, typedWord, withSubject } from './subjects'

const ann = { id: 'a' }
const mail = { type: 'email', value: 'ann@example.com' }

test('each once, at the end', () => {
  expect(withSubject([ann], mail)).toEqual([ann, mail])
  expect(withSubject([ann, mail], { ...mail })).toEqual([ann, mail])
  expect(withSubject([ann, mail], { type: 'user_id', value: mail.value })).toHaveLength(3)
  expect(withSubject([{ type: 'id', value: 'a' }], ann)).toHaveLength(2)
})

test.each([
  ['export', 0, true], ['export', 1, false], ['erasure', 1, true], ['erasure', SUBJECTS_MAX - 1, true], ['erasure', SUBJECTS_MAX, false],
] as const)('%s with %i', (kind, count, room) => expect(hasRoom(kind, count)).toBe(room))

test.each([
  ['one name', 'Ann Lee', 1, 'Ann Lee'],
  ['several persons', 'Ann Lee', 2, 'erase'],
  ['no name', '', 1, 'erase'],
  ['two spaces that read as one', 'Ann  Lee', 1, 'erase'],
  ['a space at its end', 'Ann ', 1, 'erase'],
  ['60 letters', 'a'.repeat(60), 1, 'a'.repeat(60)],
  ['61 letters', 'a'.repeat(61), 1, 'erase'],
])('typed to confirm: %s', (_, label, persons, word) => expect(typedWord({ label, persons }, 'erase')).toBe(word))
