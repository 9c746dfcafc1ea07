// SPDX-License-Identifier: Apache-2.0
// The documents of routing (docs/routing.md) as their forms hold them.
import { slugOf } from '@/base/slug'
import type { HoursDocument } from '@/features/commerce'

export type Strategy = (typeof STRATEGIES)[number]
export type Speak = (typeof SPEAKS)[number]
export type Skill = { skill: string; level: number }
export type Need = { field: (typeof NEED_FIELDS)[number]; value: string; skills: Skill[] }
export type Relax = { after_s: number; skill: string; level: number }
export type Units = { channel: (typeof CHANNELS)[number]; units: number }
export type QueueSettings = {
  on: boolean
  strategy: Strategy
  ask: boolean
  answer_s: number
  away_after: number
  again_min: number
  give_back: boolean
  skills: Skill[]
  needs: Need[]
  relax: Relax[]
  language: Speak
  language_s: number
  sticky_min: number
  head_start_s: number
  ageing_min: number
}
export type Shifts = HoursDocument
export type AgentSettings = { queues: string[]; skills: Skill[]; languages: string[]; capacity: number; channels: Units[]; shifts: Shifts | null }
export type SkillName = { id: string; name: string }

export const STRATEGIES = ['longest_idle', 'least_loaded', 'round_robin', 'proficiency'] as const
export const SPEAKS = ['off', 'preferred', 'required'] as const
/** Those that triage tells apart. */
export const LANGUAGES = ['ar', 'de', 'el', 'en', 'es', 'fr', 'he', 'hi', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'ru', 'sv', 'th', 'zh'] as const
export const NEED_FIELDS = ['category', 'channel', 'store'] as const
export const CHANNELS = ['other', 'portal', 'store', 'web', 'mail', 'phone', 'chat', 'social'] as const
export const LEVELS = [1, 2, 3, 4, 5] as const

/** A skill named twice counts once: the last that was said. */
export function withSkill(skills: readonly Skill[], at: number, change: Partial<Skill> | null): Skill[] {
  if (change === null) return skills.filter((_, i) => i !== at)
  if (at >= skills.length) return [...skills, { skill: '', level: 1, ...change }]
  return skills.map((one, i) => (i === at ? { ...one, ...change } : one)).filter((one, i, all) => i === at || one.skill !== all[at]?.skill)
}

/** What is not chosen yet is not sent. */
export function chosen(skills: readonly Skill[]): Skill[] {
  return skills.filter((one) => one.skill !== '')
}

/** As it can be sent: rows that say nothing are left out, steps in their order. */
export function cleaned(queue: QueueSettings): QueueSettings {
  return {
    ...queue, skills: chosen(queue.skills), relax: [...queue.relax].sort((a, b) => a.after_s - b.after_s),
    needs: queue.needs.map((one) => ({ ...one, value: one.value.trim(), skills: chosen(one.skills) })).filter((one) => one.value !== '' && one.skills.length > 0),
  }
}

/** What holds where a document says nothing (docs/routing.md). */
export const QUEUE: QueueSettings = { on: false, strategy: 'longest_idle', ask: false, answer_s: 60, away_after: 3, again_min: 10, give_back: false, skills: [], needs: [], relax: [], language: 'off', language_s: 300, sticky_min: 0, head_start_s: 0, ageing_min: 0 }
export const AGENT: AgentSettings = { queues: [], skills: [], languages: [], capacity: 10, channels: [], shifts: null }

/** An id out of a name: small letters, digits and _, the first a letter; not one of those there. */
export function skillId(name: string, there: readonly string[]): string {
  const plain = slugOf(name) || 'skill'
  let id = plain
  for (let n = 2; there.includes(id); n += 1) id = `${plain}_${n}`
  return id
}
