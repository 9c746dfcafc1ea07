// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest'
import { cleaned, QUEUE, skillId, withSkill } from './settings'

vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))

it('rows that say nothing are not sent, and steps stand in their order', () => {
  const queue = { ...QUEUE, skills: [{ skill: '', level: 1 }], needs: [{ field: 'category' as const, value: ' ', skills: [{ skill: 'a', level: 1 }] }], relax: [{ after_s: 600, skill: '', level: 0 }, { after_s: 60, skill: 'a', level: 1 }] }
  expect(cleaned(queue)).toMatchObject({ skills: [], needs: [], relax: [{ after_s: 60 }, { after_s: 600 }] })
})

it('a skill that is chosen twice stands once', () =>
  expect(withSkill([{ skill: 'a', level: 3 }, { skill: 'b', level: 1 }], 1, { skill: 'a' })).toEqual([{ skill: 'a', level: 1 }]))

it('a skill is added and taken away', () => {
  expect(withSkill([], 0, { skill: 'a' })).toEqual([{ skill: 'a', level: 1 }])
  expect(withSkill([{ skill: 'a', level: 3 }], 0, null)).toEqual([])
})

it.each([['German, spoken', [], 'german_spoken'], ['German', ['german', 'german_2'], 'german_3'], ['7', [], 'skill']])('%s beside %j is %s', (name, there, id) => expect(skillId(name, there)).toBe(id))
