// SPDX-License-Identifier: Apache-2.0
// A plan as it is edited, and what is different from what stands.
import type { EventType, Schema } from './schema'

export type Mode = 'allow' | 'warn' | 'quarantine'
export const MODES: readonly Mode[] = ['allow', 'warn', 'quarantine']
export const EVENT_TYPES: readonly EventType[] = ['track', 'identify', 'page', 'screen', 'group']

export type Rule = { type: EventType; name?: string | null; description?: string; mode?: Mode | null; schema: Schema }
export type Draft = {
  name: string
  description: string
  mode: Mode
  unplanned_events: Mode
  unplanned_properties: Mode
  formats: boolean
  rules: Rule[]
}

export const BLANK: Draft = { name: '', description: '', mode: 'warn', unplanned_events: 'allow', unplanned_properties: 'allow', formats: true, rules: [] }

/** Only what a draft has, whatever else the server told. */
export function draftOf(plan: Draft): Draft {
  const { name, description, mode, unplanned_events, unplanned_properties, formats, rules } = plan
  return { name, description, mode, unplanned_events, unplanned_properties, formats, rules }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]))
}

function ruleText(rule: Rule): string {
  const { type, name, description, mode, schema } = rule
  return JSON.stringify(sorted({ type, name: name ?? null, description: description ?? '', mode: mode ?? null, schema }))
}

export function same(a: Draft, b: Draft): boolean {
  const text = ({ rules, ...rest }: Draft) => JSON.stringify([sorted(rest), rules.map(ruleText)])
  return text(a) === text(b)
}

export function keyOf(rule: { type: string; name?: string | null }): string {
  return `${rule.type} ${rule.name ?? ''}`.trim()
}

/** Two rules for one event: the server refuses that. */
export function ruleFault(rule: Rule, rules: readonly Rule[]): 'no name' | 'twice' | null {
  if (rule.type === 'track' && !rule.name) return 'no name'
  return rules.some((other) => other !== rule && keyOf(other) === keyOf(rule)) ? 'twice' : null
}

export type Line = { kind: 'same' | 'added' | 'removed'; text: string }

const LINES_MAX = 2000

/** Lines that went and came, by the longest common sequence; very long texts are one removed and one added whole. */
export function diffLines(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  if (a.length > LINES_MAX || b.length > LINES_MAX) return [...a.map((text): Line => ({ kind: 'removed', text })), ...b.map((text): Line => ({ kind: 'added', text }))]
  const width = b.length + 1
  const length = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => length[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) length[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i] ?? '' })
      i += 1
      j += 1
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) lines.push({ kind: 'removed', text: a[i++] ?? '' })
    else lines.push({ kind: 'added', text: b[j++] ?? '' })
  }
  return lines
}

const AROUND = 3

/** Lines far from any change become one gap that tells how many they are. */
export function folded(lines: readonly Line[]): (Line | { kind: 'gap'; count: number })[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((line) => line.kind !== 'same'))
  const out: (Line | { kind: 'gap'; count: number })[] = []
  lines.forEach((line, i) => {
    const last = out.at(-1)
    if (near[i]) out.push(line)
    else if (last?.kind === 'gap') last.count += 1
    else out.push({ kind: 'gap', count: 1 })
  })
  return out
}

export type Change = { key: string; kind: 'added' | 'removed' | 'changed'; lines: Line[] }

function told(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** What is different between two plans: of the plan itself under the key '', then rule by rule. */
export function changes(before: Draft, after: Draft): Change[] {
  const { rules: _a, ...headA } = draftOf(before)
  const { rules: _b, ...headB } = draftOf(after)
  const out: Change[] = []
  const [headBefore, headAfter] = [told(headA), told(headB)]
  if (headBefore !== headAfter) out.push({ key: '', kind: 'changed', lines: diffLines(headBefore, headAfter) })
  const old = new Map(before.rules.map((rule) => [keyOf(rule), rule]))
  for (const rule of after.rules) {
    const was = old.get(keyOf(rule))
    old.delete(keyOf(rule))
    if (!was) out.push({ key: keyOf(rule), kind: 'added', lines: told(rule).split('\n').map((text) => ({ kind: 'added', text })) })
    else if (ruleText(was) !== ruleText(rule)) out.push({ key: keyOf(rule), kind: 'changed', lines: diffLines(told(was), told(rule)) })
  }
  for (const [key, rule] of old) out.push({ key, kind: 'removed', lines: told(rule).split('\n').map((text) => ({ kind: 'removed', text })) })
  return out
}

/** The index of the rule that a refusal is about. */
export function ruleIn(message: string): number | null {
  const found = /\brules\[(\d+)\]/.exec(message)
  return found ? Number(found[1]) : null
}

/** An hour for each of the last `hours`, with nothing where nothing was told. */
export function hourly<T extends { at: string }>(points: readonly T[], hours: number, now: number, value: (point: T) => number): { times: number[]; values: number[] } {
  const HOUR = 3600000
  const end = Math.floor(now / HOUR) * HOUR
  const of = new Map(points.map((point) => [Date.parse(point.at), value(point)]))
  const times = Array.from({ length: hours }, (_, i) => end - (hours - 1 - i) * HOUR)
  return { times, values: times.map((at) => of.get(at) ?? 0) }
}
