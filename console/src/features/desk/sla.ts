// SPDX-License-Identifier: Apache-2.0
// An SLA policy as a document (docs/sla.md): its targets as a grid, its conditions as sentences.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { ClockKind } from './model'

export type Span = { minutes?: number; hours?: number; days?: number; seconds?: number }
export type Target = Span & { in?: string }
export type Condition = Record<string, unknown>
export type ClockPlan = {
  targets?: Record<string, Target>
  start?: Condition
  pause?: Condition
  resume?: Condition
  stop?: Condition
  reset?: Condition
  cancel?: Condition
  again?: 'never' | 'on' | 'anew'
  warn?: Span & { wall?: boolean }
  steps?: { name: string; percent?: number; after?: Span; over?: Span; if?: Condition; when?: Condition; times?: number }[]
  retroactive?: boolean
}
export type Document = { name: string; applies?: Condition; clocks: Partial<Record<ClockKind, ClockPlan>> }

export const CLOCKS: readonly ClockKind[] = ['response', 'next_response', 'resolution', 'ola', 'vendor']
export const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const
export const UNITS = ['minutes', 'hours', 'days'] as const
export type Unit = (typeof UNITS)[number]
export const CONDITIONS = ['start', 'pause', 'resume', 'stop', 'reset', 'cancel'] as const

/** In one unit: hours, minutes and seconds are added. */
export function spanOf({ days, hours, minutes, seconds }: Span): { n: number; unit: Unit } {
  if (days !== undefined) return { n: days, unit: 'days' }
  if (hours !== undefined && !minutes && !seconds) return { n: hours, unit: 'hours' }
  return { n: (hours ?? 0) * 60 + (minutes ?? 0) + (seconds ?? 0) / 60, unit: 'minutes' }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** It has the form of a policy, so that it can be drawn; the server says whether it is one. */
export function isDocument(value: unknown): value is Document {
  return isObject(value) && isObject(value.clocks) && Object.values(value.clocks).every((plan) =>
    isObject(plan) && ['targets', 'warn'].every((name) => plan[name] === undefined || isObject(plan[name])) &&
    Object.values(plan.targets ?? {}).every(isObject) && (plan.steps === undefined || (Array.isArray(plan.steps) && plan.steps.every(isObject))))
}

/** null takes the target away: nothing is promised. */
export function withTarget(document: Document, clock: ClockKind, priority: string, target: Target | null): Document {
  const plan = document.clocks[clock] ?? {}
  const { [priority]: _, ...rest } = plan.targets ?? {}
  return { ...document, clocks: { ...document.clocks, [clock]: { ...plan, targets: target === null ? rest : { ...rest, [priority]: target } } } }
}

const WORDS: Record<string, MessageDescriptor> = {
  state: msg`state`, waiting_for: msg`waits for`, priority: msg`priority`, queue: msg`queue`, store: msg`store`, service: msg`service`, category: msg`category`, channel: msg`channel`, assignee: msg`assigned to`, type: msg`type`,
  acknowledged: msg`acknowledged`, replied: msg`answered`, awaits_reply: msg`the requester waits for an answer`, sentiment: msg`tone of the latest message`, sentiment_lowest: msg`lowest tone`, tone_urgency: msg`urgency of the latest message`,
  event: msg`what happened`,
}

/** A rule in a sentence; what it has that this knows no words for is shown as it is. */
export function sentence(i18n: I18n, rule: unknown): string {
  if (typeof rule !== 'object' || rule === null) return JSON.stringify(rule)
  const one = rule as Record<string, unknown>
  const each = (name: string, between: MessageDescriptor) => (Array.isArray(one[name]) ? (one[name] as unknown[]).map((part) => sentence(i18n, part)).join(` ${i18n._(between)} `) : null)
  const joined = each('all', msg`and`) ?? each('any', msg`or`)
  if (joined !== null) return joined
  if (one.not !== undefined) return i18n._(msg`not: ${sentence(i18n, one.not)}`)
  const named = typeof one.property === 'string' ? one.property : one.field === 'event' ? 'event' : null
  if (named === null) return JSON.stringify(rule)
  const word = WORDS[named]
  const property = word ? i18n._(word) : named.replaceAll('_', ' ')
  const value = Array.isArray(one.value) ? one.value.map(String).join(', ') : one.value === undefined ? '' : String(one.value)
  switch (one.is) {
    case 'equals': return i18n._(msg`${property} is ${value}`)
    case 'not_equals': return i18n._(msg`${property} is not ${value}`)
    case 'one_of': return i18n._(msg`${property} is one of ${value}`)
    case 'none_of': return i18n._(msg`${property} is none of ${value}`)
    case 'less': return i18n._(msg`${property} is under ${value}`)
    case 'at_most': return i18n._(msg`${property} is at most ${value}`)
    case 'more': return i18n._(msg`${property} is over ${value}`)
    case 'at_least': return i18n._(msg`${property} is at least ${value}`)
    case 'true': return property
    case 'false': return i18n._(msg`not ${property}`)
    case 'exists': return i18n._(msg`${property} is known`)
    case 'absent': return i18n._(msg`${property} is not known`)
    default: return `${property} ${String(one.is ?? '').replaceAll('_', ' ')} ${value}`.trim()
  }
}

export type Difference = { path: string; was: string | undefined; is: string | undefined }

function leaves(value: unknown, path: string, into: Map<string, string>) {
  if (isObject(value) || (Array.isArray(value) && value.some((one) => typeof one === 'object'))) {
    for (const [name, one] of Object.entries(value as object)) leaves(one, path === '' ? name : `${path}.${name}`, into)
  } else into.set(path, JSON.stringify(value))
}

/** What two documents say otherwise, place by place. */
export function differences(was: unknown, is: unknown): Difference[] {
  const before = new Map<string, string>()
  const after = new Map<string, string>()
  leaves(was, '', before)
  leaves(is, '', after)
  return [...new Set([...before.keys(), ...after.keys()])].sort().filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, was: before.get(path), is: after.get(path) }))
}

/** A clock more, with a target of P1 to begin with. */
export function withClock(document: Document, clock: ClockKind): Document {
  return { ...document, clocks: { ...document.clocks, [clock]: { targets: { P1: { hours: 1, in: 'store' } }, stop: { property: 'state', is: 'one_of', value: ['resolved', 'closed', 'cancelled'] } } } }
}

export function withoutClock(document: Document, clock: ClockKind): Document {
  const { [clock]: _, ...clocks } = document.clocks
  return { ...document, clocks }
}
