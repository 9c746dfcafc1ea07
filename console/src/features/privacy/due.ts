// SPDX-License-Identifier: Apache-2.0
// What is left until an answer is due, in days of the calendar of the zone in force.

const DAY = 86400000
/** So near a request is marked. */
export const SOON_DAYS = 7

const calendars = new Map<string, Intl.DateTimeFormat>()

/** The day an instant falls in, counted from 1970. */
export function dayOf(at: number, zone: string): number {
  let calendar = calendars.get(zone)
  if (calendar === undefined) {
    calendar = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' })
    calendars.set(zone, calendar)
  }
  const { year = 1970, month = 1, day = 1 } = Object.fromEntries(calendar.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as Record<string, number>
  return Date.UTC(year, month - 1, day) / DAY
}

export type Left = { state: 'overdue' | 'today' | 'soon' | 'later'; days: number }

/** Overdue from the instant itself on, not only from the next day; days are 0 where both fall in the same day. */
export function leftOf(dueAt: string, now: number, zone: string): Left {
  const due = Date.parse(dueAt)
  const days = dayOf(due, zone) - dayOf(now, zone)
  if (now >= due) return { state: 'overdue', days: -days }
  return { state: days === 0 ? 'today' : days <= SOON_DAYS ? 'soon' : 'later', days }
}
