// SPDX-License-Identifier: Apache-2.0
// A question as one sentence, from parts that each language puts in its own order.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { bracketsOf, type Cohort, type Days, type Draft, ofValue, type Series, WITH_BREAKDOWN } from './query'
import { type EventSet, isNothing, type Property, type Where } from './sets'
import { isEverybody, type Who } from './who'
import { byUnits, lengthText, own } from './words'

const list = (i18n: I18n, type: 'conjunction' | 'disjunction', parts: readonly string[]) => new Intl.ListFormat(i18n.locale, { type }).format(parts)

const says: Record<string, (name: string, values: string) => MessageDescriptor> = {
  equals: (name, values) => msg`${name} is ${values}`,
  not_equals: (name, values) => msg`${name} is not ${values}`,
  one_of: (name, values) => msg`${name} is one of ${values}`,
  none_of: (name, values) => msg`${name} is none of ${values}`,
  contains: (name, values) => msg`${name} contains ${values}`,
  not_contains: (name, values) => msg`${name} does not contain ${values}`,
  begins_with: (name, values) => msg`${name} begins with ${values}`,
  ends_with: (name, values) => msg`${name} ends with ${values}`,
  less: (name, values) => msg`${name} is less than ${values}`,
  at_most: (name, values) => msg`${name} is at most ${values}`,
  more: (name, values) => msg`${name} is more than ${values}`,
  at_least: (name, values) => msg`${name} is at least ${values}`,
  between: (name, values) => msg`${name} is between ${values}`,
  before: (name, values) => msg`${name} is before ${values}`,
  after: (name, values) => msg`${name} is after ${values}`,
  exists: (name) => msg`${name} is there`,
  absent: (name) => msg`${name} is not there`,
  true: (name) => msg`${name} is true`,
  false: (name) => msg`${name} is false`,
}

function whereText(i18n: I18n, where: Where): string | null {
  if (where.kind === 'json') return i18n._(msg`conditions of their own hold`)
  const parts = where.rows.flatMap((row) => {
    const say = says[row.is]
    const values = row.values.map((one) => own(i18n, one))
    const joined = row.is === 'between' ? list(i18n, 'conjunction', values) : list(i18n, 'disjunction', values)
    return row.name.trim() === '' || say === undefined ? [] : [i18n._(say(own(i18n, row.place === 'context' ? `context.${row.name}` : row.name), joined))]
  })
  return parts.length === 0 ? null : list(i18n, where.join === 'any' ? 'disjunction' : 'conjunction', parts)
}

/** Whose plan is gold, and who did Order Completed. */
export function whoText(i18n: I18n, who: Who): string | null {
  if (isEverybody(who)) return null
  if (who.kind === 'json') return i18n._(msg`of a rule`)
  if (who.kind === 'report') return i18n._(msg`of a saved question`)
  const traits = whereText(i18n, { kind: 'rows', join: who.join, rows: who.traits })
  const did = who.did.map((one) => {
    const set = setText(i18n, one)
    return i18n._(one.not ? msg`who never did ${set}` : msg`who did ${set}`)
  })
  return list(i18n, who.join === 'any' ? 'disjunction' : 'conjunction', [...(traits === null ? [] : [i18n._(msg`whose ${traits}`)]), ...did])
}

export function cohortText(i18n: I18n, { name, who }: Cohort): string {
  return name.trim() !== '' ? own(i18n, name.trim()) : (whoText(i18n, who) ?? i18n._(msg`everybody`))
}

/** Order Completed or Order Refunded, where total is at least 20. */
export function setText(i18n: I18n, set: EventSet): string {
  const events = set.name.trim() !== '' ? own(i18n, set.name.trim()) : set.events.length === 0 ? i18n._(msg`any event`) : list(i18n, 'disjunction', set.events.map((one) => own(i18n, one)))
  const where = set.name.trim() === '' ? whereText(i18n, set.where) : null
  return where === null ? events : i18n._(msg`${events} where ${where}`)
}

export function propertyText(i18n: I18n, { place, path }: Property): string {
  return own(i18n, `${place === 'context' ? 'context.' : ''}${path.trim() || '…'}`)
}

function seriesText(i18n: I18n, one: Series): string {
  const events = setText(i18n, one)
  const value = one.of === null ? '…' : propertyText(i18n, one.of)
  const share = new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 1 }).format(one.q)
  if (!ofValue(one.measure)) return i18n._(one.measure === 'total' ? msg`number of ${events}` : msg`people who did ${events}`)
  const measure: Record<string, MessageDescriptor> = {
    sum: msg`sum of ${value} of ${events}`, average: msg`average ${value} of ${events}`, least: msg`least ${value} of ${events}`, most: msg`most ${value} of ${events}`,
    quantile: msg`${share} quantile of ${value} of ${events}`,
  }
  return i18n._(measure[one.measure] ?? msg`number of ${events}`)
}

/** An event set, or that it is not chosen yet. */
const named = (i18n: I18n, set: EventSet): string => (isNothing(set) && set.name === '' ? '…' : setText(i18n, set))

/** What a time is held against. */
function beside(i18n: I18n, baseline: Days | null): string {
  const from = own(i18n, baseline?.from || '…')
  const to = own(i18n, baseline?.to || '…')
  return i18n._(baseline === null ? msg`beside as long a time right before` : msg`beside ${from} to ${to}`)
}

function what(i18n: I18n, d: Draft): string {
  const of = setText(i18n, d.of)
  const gap = lengthText(i18n, d.gap.amount, d.gap.unit)
  const by = i18n._(byUnits[d.unit])
  switch (d.kind) {
    case 'segmentation': {
      const series = list(i18n, 'conjunction', d.series.map((one) => seriesText(i18n, one)))
      return i18n._(msg`${series}, ${by}`)
    }
    case 'funnel': {
      const window = lengthText(i18n, d.window.amount, d.window.unit)
      const steps = d.steps.map((one) => named(i18n, one)).reduce((before, next) => i18n._(msg`${before}, then ${next}`))
      const all = list(i18n, 'conjunction', d.steps.map((one) => setText(i18n, one)))
      if (d.order === 'any') return i18n._(msg`People who did ${all} in any order within ${window}`)
      return i18n._(d.order === 'strict' ? msg`People who did ${steps} directly after each other within ${window}` : msg`People who did ${steps} within ${window}`)
    }
    case 'retention': {
      const begin = setText(i18n, d.begin)
      const again = setText(i18n, d.again)
      const brackets = d.brackets.trim() === '' ? '' : ` (${bracketsOf(d.brackets).join(', ')})`
      return `${i18n._(d.way === 'beyond' ? msg`People who did ${begin} and did ${again} then or later, ${by}` : msg`People who did ${begin} and came back to do ${again}, ${by}`)}${brackets}`
    }
    case 'paths': {
      const anchor = setText(i18n, d.anchor)
      return i18n._(d.side === 'to' ? msg`What people did before ${anchor} in the same session, up to ${d.depth} steps` : msg`What people did after ${anchor} in the same session, up to ${d.depth} steps`)
    }
    case 'stickiness':
      return i18n._(msg`In how many periods people did ${of}, ${by}`)
    case 'lifecycle':
      return i18n._(msg`Who did ${of} for the first time, again, or no more, ${by}`)
    case 'sessions':
      return i18n._(msg`Sessions of ${of}, which end after ${gap} without one, ${by}`)
    case 'compare': {
      const cohorts = list(i18n, 'conjunction', d.cohorts.map((one) => cohortText(i18n, one)))
      const inner = d.inner === null ? '…' : what(i18n, d.inner)
      return i18n._(msg`${inner}: ${cohorts} beside each other`)
    }
    case 'correlation': {
      const from = named(i18n, d.anchor)
      const to = named(i18n, d.goal)
      const window = lengthText(i18n, d.window.amount, d.window.unit)
      return i18n._(msg`What goes with ${to} within ${window} after ${from}`)
    }
    case 'friction': {
      const window = lengthText(i18n, d.window.amount, d.window.unit)
      const steps = d.steps.map((one) => named(i18n, one)).reduce((before, next) => i18n._(msg`${before}, then ${next}`))
      return i18n._(msg`What is in the way of ${steps} within ${window}`)
    }
    case 'journey': {
      const count = d.stages?.length ?? 0
      return i18n._(d.stages === null ? msg`The journey from discovery to loyalty` : msg`The journey over ${count} stages of its own`)
    }
  }
}

function range(i18n: I18n, d: Draft): string {
  if (d.range.kind === 'last') {
    const length = lengthText(i18n, d.range.amount, d.range.unit)
    return i18n._(msg`in the last ${length}`)
  }
  const from = own(i18n, d.range.from || '…')
  const to = own(i18n, d.range.to || '…')
  return i18n._(msg`from ${from} to ${to}`)
}

export function sentence(i18n: I18n, d: Draft): string {
  const where = whereText(i18n, d.where)
  const parts = [what(i18n, d)]
  if (where !== null) parts.push(i18n._(msg`where ${where}`))
  if (d.kind === 'funnel' && d.exclude.length > 0 && d.order !== 'any') {
    const none = list(i18n, 'disjunction', d.exclude.map((one) => setText(i18n, one)))
    parts.push(i18n._(msg`without ${none} between`))
  }
  if (d.kind === 'funnel' && d.same !== null) {
    const same = propertyText(i18n, d.same)
    parts.push(i18n._(msg`with the same ${same} at each step`))
  }
  const who = whoText(i18n, d.who)
  if (who !== null) parts.push(i18n._(msg`only people ${who}`))
  parts.push(range(i18n, d))
  if (d.kind === 'friction' || d.kind === 'journey') parts.push(beside(i18n, d.baseline))
  if (WITH_BREAKDOWN.includes(d.kind) && d.breakdown !== null) {
    const by = propertyText(i18n, d.breakdown)
    parts.push(i18n._(msg`by ${by}`))
  }
  const whole = parts.reduce((before, next) => i18n._(msg`${before}, ${next}`))
  return whole.charAt(0).toLocaleUpperCase(i18n.locale) + whole.slice(1)
}
