// SPDX-License-Identifier: Apache-2.0
// The names of what a question is made of.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { EventName, Stages } from './answer'
import type { Fault, Kind, LengthUnit, Measure, Order, Place, RangeUnit, Unit } from './query'

export const kinds: Record<Kind, { title: MessageDescriptor; asks: MessageDescriptor }> = {
  segmentation: { title: msg`Trend`, asks: msg`How often something happens, and how many people do it` },
  funnel: { title: msg`Funnel`, asks: msg`How many get from step to step, and where the others stop` },
  retention: { title: msg`Retention`, asks: msg`How many of those who began together come back, period by period` },
  paths: { title: msg`Paths`, asks: msg`What people do after something, or before it` },
  stickiness: { title: msg`Stickiness`, asks: msg`On how many days, weeks or months the same people do it` },
  lifecycle: { title: msg`Lifecycle`, asks: msg`Who is new, who stays, who is back again and who has gone quiet` },
  sessions: { title: msg`Sessions`, asks: msg`How many visits there are, and how long they last` },
}

export const units: Record<Unit, MessageDescriptor> = { hour: msg`Hour`, day: msg`Day`, week: msg`Week`, month: msg`Month`, whole: msg`The whole range` }
export const byUnits: Record<Unit, MessageDescriptor> = { hour: msg`by hour`, day: msg`by day`, week: msg`by week`, month: msg`by month`, whole: msg`over the whole range` }
export const rangeUnits: Record<RangeUnit, MessageDescriptor> = { hours: msg`hours`, days: msg`days`, weeks: msg`weeks`, months: msg`months` }
export const lengths: Record<LengthUnit, MessageDescriptor> = { seconds: msg`seconds`, minutes: msg`minutes`, hours: msg`hours`, days: msg`days` }
export const measures: Record<Measure, MessageDescriptor> = {
  total: msg`Events`, uniques: msg`People`, sum: msg`Sum`, average: msg`Average`, least: msg`Least`, most: msg`Most`, quantile: msg`Quantile`,
}
export const orders: Record<Order, { title: MessageDescriptor; means: MessageDescriptor }> = {
  ordered: { title: msg`In this order`, means: msg`Other events may lie between the steps` },
  strict: { title: msg`Directly after each other`, means: msg`No event of another step may lie between` },
  any: { title: msg`In any order`, means: msg`All of them within the window, whichever comes first` },
}
export const places: Record<Place, MessageDescriptor> = { property: msg`Property`, context: msg`Context`, field: msg`The event’s` }
export const stages: Record<keyof Stages, { title: MessageDescriptor; means: MessageDescriptor }> = {
  new: { title: msg`New`, means: msg`for the first time in the range` },
  returning: { title: msg`Returning`, means: msg`also in the period before` },
  resurrecting: { title: msg`Back again`, means: msg`not in the period before, but earlier` },
  dormant: { title: msg`Gone quiet`, means: msg`in the period before, not in this one` },
}
export const faults: Record<Fault, MessageDescriptor> = {
  event: msg`Choose an event`, value: msg`Which value?`, range: msg`Both days are needed`, order: msg`The first day is behind the last`, json: msg`This is not a JSON object yet`,
  number: msg`Rising whole numbers, at least two`, formula: msg`A formula is missing`, condition: msg`A condition is not whole yet`,
}

/** 30 days, as people of the language write it. */
export function lengthText(i18n: I18n, amount: number, unit: string): string {
  return new Intl.NumberFormat(i18n.locale, { style: 'unit', unit: unit.replace(/s$/, ''), unitDisplay: 'long' }).format(amount)
}

/** An event of a path; null: there is none any more. */
export function eventText(i18n: I18n, event: EventName, backwards: boolean): string {
  if (event === null) return i18n._(backwards ? msg`Session begins` : msg`Session ends`)
  return event.name === '' ? event.type : event.name
}

/** A value that a breakdown tells apart. */
export function valueText(i18n: I18n, value: string | null): string {
  return value === null || value === '' ? i18n._(msg`without a value`) : value
}
