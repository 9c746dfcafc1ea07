// SPDX-License-Identifier: Apache-2.0
// The names of what a question is made of.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { EventName, RoughMeasure, Stages } from './answer'
import type { Kind, Measure, Order, RangeUnit, Unit } from './query'
import type { Fault, LengthUnit, Place } from './sets'

export const kinds: Record<Kind, { title: MessageDescriptor; asks: MessageDescriptor }> = {
  segmentation: { title: msg`Trend`, asks: msg`How often something happens, and how many people do it` },
  funnel: { title: msg`Funnel`, asks: msg`How many get from step to step, and where the others stop` },
  retention: { title: msg`Retention`, asks: msg`How many of those who began together come back, period by period` },
  paths: { title: msg`Paths`, asks: msg`What people do after something, or before it` },
  stickiness: { title: msg`Stickiness`, asks: msg`On how many days, weeks or months the same people do it` },
  lifecycle: { title: msg`Lifecycle`, asks: msg`Who is new, who stays, who is back again and who has gone quiet` },
  sessions: { title: msg`Sessions`, asks: msg`How many visits there are, and how long they last` },
  compare: { title: msg`Compare`, asks: msg`How groups of customers differ, and how sure that is` },
  correlation: { title: msg`Correlation`, asks: msg`What goes with a conversion, the surest first` },
  friction: { title: msg`Friction`, asks: msg`Where it has become harder to go on than it was` },
  journey: { title: msg`Journey map`, asks: msg`From discovery to loyalty: who goes on, where, and what is in the way` },
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
/** Stages of a journey that nobody has named otherwise. */
const journeyStages: Record<string, MessageDescriptor> = {
  discover: msg`Discover`, visit_store: msg`Visit a store`, consider: msg`Consider`, cart: msg`Cart`, checkout: msg`Checkout`, fulfil: msg`Fulfil`, receive: msg`Receive`, use_support: msg`Use and support`,
  return: msg`Return`, repeat: msg`Buy again`, loyalty: msg`Loyalty`,
}
export const roughMeasures: Record<RoughMeasure, { title: MessageDescriptor; means: MessageDescriptor }> = {
  drop_off: { title: msg`Do not go on`, means: msg`The next step did not come` },
  back_steps: { title: msg`Go back`, means: msg`An event of an earlier step came while they were here` },
  repeats: { title: msg`Do it again and again`, means: msg`The same came several times in one session` },
  errors: { title: msg`Meet an error`, means: msg`An error came while they were here` },
  empty_searches: { title: msg`Search and find nothing`, means: msg`A search without results came while they were here` },
  hand_over: { title: msg`Go on in another channel`, means: msg`Of those who went on: the next step came in another channel` },
  step_time: { title: msg`Time to go on, 9 of 10`, means: msg`Nine of ten who went on took no longer than that` },
}
export const channels: Record<string, MessageDescriptor> = { web: msg`Web`, app: msg`App`, store: msg`Store`, service: msg`Service` }

export const faults: Record<Fault, MessageDescriptor> = {
  event: msg`Choose an event`, value: msg`Which value?`, range: msg`Both days are needed`, order: msg`The first day is behind the last`, json: msg`This is not a JSON object yet`,
  name: msg`A name is missing, or there twice`, cohorts: msg`Say who belongs to all cohorts but one`,
  number: msg`Rising whole numbers, at least two`, formula: msg`A formula is missing`, condition: msg`A condition is not whole yet`,
}

/** What people have named, and what is written in digits and signs, keeps its own direction. */
export function own(i18n: I18n, text: string): string {
  return i18n.locale === 'ar' ? `\u2068${text}\u2069` : text
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

export function stageText(i18n: I18n, name: string): string {
  const known = journeyStages[name]
  return known === undefined ? name : i18n._(known)
}

export function channelText(i18n: I18n, channel: string | null): string {
  const known = channels[channel ?? '']
  return known === undefined ? (channel ?? i18n._(msg`no channel`)) : i18n._(known)
}
