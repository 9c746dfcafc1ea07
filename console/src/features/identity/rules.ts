// SPDX-License-Identifier: Apache-2.0
// Rules of identity as they are edited.
import type { Schemas } from '@/api/client'

export type Rules = Schemas['IdentityRules']
export type Type = Schemas['IdentityType']
export type Other = Rules['other']

export const FORMS = ['trim', 'lower', 'email', 'phone', 'card'] as const
export const MODES = ['unique', 'login', 'immutable'] as const

export const TYPES_MAX = 64
export const BLOCKED_MAX = 1000
export const VALUE_MAX = 255
export const NUMBER_MAX = 1000
export const PREFER_MAX = 100
export const PREFER_SOURCES_MAX = 20
export const CAP = { min: 2, max: 1000 }

/** A type with a number of its own, so that a field keeps the focus while its row's name changes. */
export type Row = Type & { row: number }
/** Sources whose word holds for a trait, the first before the others. */
export type Prefer = Rules['traits'][number] & { row: number }
export type Draft = { types: Row[]; other: Other; blocked: string; merge_cap: number; traits: Prefer[] }
export type Sent = { types: Type[]; other: Other; blocked: string[]; merge_cap: number; traits: Rules['traits'] }

let nextRow = 1

export function draftOf({ types, other, blocked, merge_cap, traits }: Pick<Rules, 'types' | 'other' | 'blocked' | 'merge_cap' | 'traits'>): Draft {
  // the highest priority first, as the server decides it
  const sorted = [...types].sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
  return { types: sorted.map((type) => ({ ...type, row: nextRow++ })), other, blocked: blocked.join('\n'), merge_cap, traits: traits.map((one) => ({ ...one, row: nextRow++ })) }
}

export function newType(draft: Draft): Row {
  return { name: '', priority: Math.min(NUMBER_MAX, Math.max(0, ...draft.types.map((type) => type.priority)) + 1), limit: draft.other.limit, form: 'trim', mode: 'unique', country: null, row: nextRow++ }
}

export function newPrefer(): Prefer {
  return { name: '', sources: [], row: nextRow++ }
}

/** One value a line; empty lines and second ones left out. */
export function blockedOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()).filter((line) => line !== ''))]
}

export function sentOf({ types, other, blocked, merge_cap, traits }: Draft): Sent {
  return { types: types.map(({ row: _, ...type }) => type), other, blocked: blockedOf(blocked), merge_cap, traits: traits.map(({ name, sources }) => ({ name, sources })) }
}

/** The order of the types does not matter. */
export function same(a: Draft, b: Draft): boolean {
  const text = (draft: Draft) => {
    const { types, other, blocked, merge_cap, traits } = sentOf(draft)
    const plain = ({ priority, limit, form, mode, country }: Other) => [priority, limit, form, mode, country]
    return JSON.stringify([types.map((type) => JSON.stringify([type.name, ...plain(type)])).sort(), plain(other), blocked, merge_cap, traits.map(({ name, sources }) => [name, ...sources])])
  }
  return text(a) === text(b)
}

/** Immutable means one, and never another. */
export function withMode<T extends Other>(type: T, mode: Other['mode']): T {
  return { ...type, mode, limit: mode === 'immutable' ? 1 : type.limit }
}

/** Only phone numbers have a country. */
export function withForm<T extends Other>(type: T, form: Other['form']): T {
  return { ...type, form, country: form === 'phone' ? type.country : null }
}

/** As it is typed: capital letters; nothing is no country. */
export function withCountry<T extends Other>(type: T, text: string): T {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, '')
  return { ...type, country: letters === '' ? null : letters }
}

export type PreferFault = 'trait name' | 'trait twice' | 'no sources'
export type Fault = 'country' | 'name' | 'twice' | 'blocked many' | 'blocked long' | PreferFault

const NAME = /^[a-z][a-z0-9_]{0,39}$/

/** By row, or of the blocked values. */
export function faultsOf(draft: Draft): Map<number | 'blocked' | 'other', Fault> {
  const faults = new Map<number | 'blocked' | 'other', Fault>()
  for (const type of draft.types) {
    if (!NAME.test(type.name)) faults.set(type.row, 'name')
    else if (draft.types.some((one) => one !== type && one.name === type.name)) faults.set(type.row, 'twice')
    else if (type.country?.length === 1) faults.set(type.row, 'country')
  }
  if (draft.other.country?.length === 1) faults.set('other', 'country')
  for (const one of draft.traits) {
    if (one.name === '') faults.set(one.row, 'trait name')
    else if (draft.traits.some((other) => other !== one && other.name === one.name)) faults.set(one.row, 'trait twice')
    else if (one.sources.length === 0) faults.set(one.row, 'no sources')
  }
  const blocked = blockedOf(draft.blocked)
  if (blocked.length > BLOCKED_MAX) faults.set('blocked', 'blocked many')
  else if (blocked.some((value) => new TextEncoder().encode(value).length > VALUE_MAX)) faults.set('blocked', 'blocked long')
  return faults
}
