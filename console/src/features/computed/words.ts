// SPDX-License-Identifier: Apache-2.0
// A fold in words, piece by piece: pieces stand beside each other and need no grammar between them.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { type Form, formOf, type Json, type Kind, type Operator, type Place, type Span, takesValue, type Unit, type Window } from './fold'

export const kinds: Record<Kind, MessageDescriptor> = {
  count: msg`Number of events`,
  exists: msg`Whether there was one`,
  sum: msg`Sum`,
  average: msg`Average`,
  least: msg`Least`,
  most: msg`Most`,
  first: msg`First`,
  last: msg`Last`,
  most_frequent: msg`Most frequent`,
  distinct: msg`Number of different ones`,
}

export const hints: Record<Kind, MessageDescriptor> = {
  count: msg`How many events match`,
  exists: msg`True as soon as an event matches`,
  sum: msg`All values together, exact to six places`,
  average: msg`The sum divided by how many values there are`,
  least: msg`The smallest number`,
  most: msg`The largest number`,
  first: msg`The value of the earliest event`,
  last: msg`The value of the latest event`,
  most_frequent: msg`The value said most often; of equals the latest`,
  distinct: msg`How many values differ from each other`,
}

export const places: Record<Place, MessageDescriptor> = { property: msg`Property`, context: msg`Context`, field: msg`The event's`, trait: msg`Trait` }

export const operators: Record<Operator, MessageDescriptor> = {
  equals: msg`equals`,
  not_equals: msg`does not equal`,
  one_of: msg`is one of`,
  none_of: msg`is none of`,
  contains: msg`contains`,
  not_contains: msg`does not contain`,
  begins_with: msg`begins with`,
  ends_with: msg`ends with`,
  less: msg`is less than`,
  at_most: msg`is at most`,
  more: msg`is more than`,
  at_least: msg`is at least`,
  between: msg`is between`,
  before: msg`is before`,
  after: msg`is after`,
  exists: msg`is there`,
  absent: msg`is not there`,
  true: msg`is true`,
  false: msg`is false`,
}

export const units: Record<Unit, MessageDescriptor> = { seconds: msg`seconds`, minutes: msg`minutes`, hours: msg`hours`, days: msg`days` }
export const spans: Record<Span, MessageDescriptor> = { day: msg`Day`, week: msg`Week`, month: msg`Month`, quarter: msg`Quarter`, year: msg`Year` }

/** Of one unit: 30 days as people of the language write it. */
export function lengthText(i18n: I18n, amount: number, unit: Unit): string {
  return new Intl.NumberFormat(i18n.locale, { style: 'unit', unit: unit.slice(0, -1), unitDisplay: 'long' }).format(amount)
}

export function windowText(i18n: I18n, window: Window): string {
  if (window.kind === 'ever') return i18n._(msg`of all time`)
  if (window.kind === 'last') {
    const length = lengthText(i18n, window.amount, window.unit)
    return i18n._(msg`the last ${length}`)
  }
  const span = i18n._(spans[window.span])
  const { back, zone } = window
  if (back === 0) return i18n._(msg`${span} so far, ${zone}`)
  return back === 1 ? i18n._(msg`${span} before, ${zone}`) : i18n._(msg`${span}, ${back} before, ${zone}`)
}

export function valueText(i18n: I18n, form: Form): string {
  const kind = i18n._(kinds[form.fold])
  return takesValue(form.fold) ? `${kind}: ${form.place === 'context' ? 'context.' : ''}${form.path}` : kind
}

export function eventsText(i18n: I18n, form: Form): string {
  return form.events.length === 0 ? i18n._(msg`any event`) : new Intl.ListFormat(i18n.locale, { type: 'disjunction' }).format(form.events)
}

function whereText(i18n: I18n, form: Form): string | null {
  if (form.where.kind === 'json') return JSON.stringify(form.where.json)
  if (form.where.rows.length === 0) return null
  const said = form.where.rows.map((row) => `${row.place === 'field' ? '' : row.place === 'context' ? 'context.' : ''}${row.name} ${i18n._(operators[row.is])} ${row.values.join(', ')}`.trim())
  return new Intl.ListFormat(i18n.locale, { type: form.where.join === 'any' ? 'disjunction' : 'conjunction' }).format(said)
}

/** The whole definition on one line. */
export function foldText(i18n: I18n, fold: Json): string {
  const form = formOf(fold)
  if (form === null) return JSON.stringify(fold)
  return [valueText(i18n, form), eventsText(i18n, form), windowText(i18n, form.window), whereText(i18n, form)].filter(Boolean).join(' · ')
}
