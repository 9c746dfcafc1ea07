// SPDX-License-Identifier: Apache-2.0
// Who counts: a rule over a person (docs/rules.md), that of a saved question, or its own as rows of traits and of what somebody did, or as JSON where rows cannot say it.
import { conditionOf, type Row, rowFault, rowOf } from '@/features/computed'
import { type EventSet, type Fault, isNothing, type Json, setFault, setJson, setOf } from './sets'

export type Did = EventSet & { not: boolean }
export type Who = { kind: 'rows'; join: 'all' | 'any'; traits: Row[]; did: Did[] } | { kind: 'report'; id: string } | { kind: 'json'; text: string }

export const EVERYBODY: Who = { kind: 'rows', join: 'all', traits: [], did: [] }
export const isEverybody = (who: Who): boolean => (who.kind === 'json' ? who.text.trim() === '' : who.kind === 'rows' && who.traits.length + who.did.length === 0)

/** The rule; undefined: everybody. */
export function whoJson(who: Who): unknown {
  if (isEverybody(who)) return undefined
  if (who.kind === 'json') return JSON.parse(who.text)
  if (who.kind === 'report') return { report: who.id }
  const parts = [...who.traits.map(conditionOf), ...who.did.map((one) => ({ [one.not ? 'absent' : 'did']: setJson(one) }))]
  return parts.length === 1 ? parts[0] : { [who.join]: parts }
}

function didOf(json: unknown): Did | null {
  const [[verb, set] = [], ...more] = Object.entries((json ?? {}) as Json)
  if (more.length > 0 || (verb !== 'did' && verb !== 'absent')) return null
  try {
    return { ...setOf(set), not: verb === 'absent' }
  } catch {
    // a set that rows have no fields for
    return null
  }
}

export function whoOf(json: unknown): Who {
  if (json === undefined || json === null) return EVERYBODY
  const object = typeof json === 'object' && !Array.isArray(json) ? (json as Json) : {}
  if (Object.keys(object).length === 1 && typeof object.report === 'string') return { kind: 'report', id: object.report }
  const join = Object.keys(object).length === 1 ? (['all', 'any'] as const).find((one) => Array.isArray(object[one])) : undefined
  const parts = join === undefined ? [json] : (object[join] as unknown[])
  const read = parts.map((one) => ({ trait: rowOf(one, ['trait']), did: didOf(one) }))
  // of none: all holds for everybody, any for nobody, which no rows can say
  if (parts.length === 0 || read.some((one) => one.trait === null && one.did === null)) return { kind: 'json', text: JSON.stringify(json, null, 2) }
  return { kind: 'rows', join: join ?? 'all', traits: read.flatMap((one) => one.trait ?? []), did: read.flatMap((one) => one.did ?? []) }
}

function isObject(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && !Array.isArray(read)
  } catch {
    return false
  }
}

export function whoFault(who: Who): Fault | null {
  if (who.kind === 'json') return who.text.trim() === '' || isObject(who.text) ? null : 'json'
  if (who.kind === 'report') return who.id === '' ? 'value' : null
  if (who.traits.some((row) => rowFault(row) !== null)) return 'condition'
  return who.did.some((one) => isNothing(one) || setFault(one) !== null) ? 'event' : null
}
