// SPDX-License-Identifier: Apache-2.0
// A calendar's document as a form has it: windows are typed as text, "9-12:30, 14-19".
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]
export type Window = [from: string, to: string]
export type Holiday = { date: string; name: string }
/** A date with windows of its own, as typed. */
export type DateText = { date: string; text: string }

export type Document = {
  zone?: string
  hours?: Partial<Record<Weekday, Window[]>>
  shifts?: Record<string, Window[]>
  holidays?: (string | { date: string; name?: string })[]
  breaks?: Record<string, Window[]>
}

export type Draft = { zone: string; week: Record<Weekday, string>; holidays: Holiday[]; shifts: DateText[]; breaks: DateText[] }

const DATE = /^\d{4}-\d\d-\d\d$/

function minutesOf(text: string): number | null {
  const [, hour, minute = '00'] = /^(\d{1,2})(?::(\d\d))?(?::00)?$/.exec(text.trim()) ?? []
  const at = hour === undefined ? Number.NaN : Number(hour) * 60 + Number(minute)
  return Number.isNaN(at) || Number(minute) > 59 || at > 1440 ? null : at
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** "9-12:30, 14-24" as windows, ascending; '' is closed; null where it is none, or windows overlap. */
export function parseWindows(text: string): Window[] | null {
  const parts = text.split(/[,;]/).map((part) => part.trim()).filter((part) => part !== '')
  const spans: [number, number][] = []
  for (const part of parts) {
    const [from, to, ...rest] = part.split(/\s*[-\u2010-\u2015]\s*/)
    const span = [minutesOf(from ?? ''), minutesOf(to ?? '')]
    if (rest.length > 0 || span[0] == null || span[1] == null || span[0] >= span[1]) return null
    spans.push([span[0], span[1]])
  }
  spans.sort((a, b) => a[0] - b[0])
  const overlap = spans.some(([from], i) => i > 0 && from < (spans[i - 1]?.[1] ?? 0))
  return overlap ? null : spans.map(([from, to]) => [clock(from), clock(to)])
}

export function formatWindows(windows: readonly Window[] | undefined): string {
  return (windows ?? []).map(([from, to]) => `${from}\u2013${to}`).join(', ')
}

function datesOf(of: Record<string, Window[]> | undefined): DateText[] {
  return Object.entries(of ?? {}).map(([date, windows]) => ({ date, text: formatWindows(windows) }))
}

export function draftOf(document: Document): Draft {
  const week = Object.fromEntries(WEEKDAYS.map((day) => [day, formatWindows(document.hours?.[day])])) as Draft['week']
  const holidays = (document.holidays ?? []).map((one) => (typeof one === 'string' ? { date: one, name: '' } : { date: one.date, name: one.name ?? '' }))
  return { zone: document.zone ?? '', week, holidays, shifts: datesOf(document.shifts), breaks: datesOf(document.breaks) }
}

function entries(rows: readonly DateText[]): Record<string, Window[]> | null {
  const out: Record<string, Window[]> = {}
  for (const { date, text } of rows) {
    const windows = parseWindows(text)
    if (!DATE.test(date) || windows === null || date in out) return null
    out[date] = windows
  }
  return out
}

/** Null where something in it cannot be read yet. */
export function documentOf(draft: Draft): Document | null {
  const hours: Document['hours'] = {}
  for (const day of WEEKDAYS) {
    const windows = parseWindows(draft.week[day])
    if (windows === null) return null
    if (windows.length > 0) hours[day] = windows
  }
  const shifts = entries(draft.shifts)
  const breaks = entries(draft.breaks)
  if (shifts === null || breaks === null || draft.holidays.some(({ date }) => !DATE.test(date))) return null
  const holidays = draft.holidays.map(({ date, name }) => (name === '' ? { date } : { date, name }))
  return { ...(draft.zone === '' ? {} : { zone: draft.zone }), hours, shifts, holidays, breaks }
}

/** Those of `more` whose date is not there yet are added; ascending. */
export function withHolidays(there: readonly Holiday[], more: readonly Holiday[]): Holiday[] {
  const dates = new Set(there.map((one) => one.date))
  const added = more.filter(({ date }) => !dates.has(date) && dates.add(date))
  return [...there, ...added].sort((a, b) => a.date.localeCompare(b.date))
}

/** Where a window lies in its day, in shares of it. */
export function placeOf(window: { from: string; to: string }): { start: number; length: number } {
  const from = minutesOf(window.from) ?? 0
  const to = minutesOf(window.to) ?? 0
  return { start: from / 1440, length: Math.max(0, to - from) / 1440 }
}
