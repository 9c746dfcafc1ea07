// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { documentOf, draftOf, formatWindows, parseWindows, placeOf, withHolidays } from './hours'

describe('windows as text', () => {
  it.each([
    ['', []],
    ['9-17', [['09:00', '17:00']]],
    ['14:00–24:00, 09:00 – 12:30', [['09:00', '12:30'], ['14:00', '24:00']]],
    ['0-24', [['00:00', '24:00']]],
    ['9-12; 12-13', [['09:00', '12:00'], ['12:00', '13:00']]],
    ['9-12, 11-13', null],
    ['17-9', null],
    ['9-24:01', null],
    ['9:60-10', null],
    ['nine to five', null],
    ['9-10-11', null],
  ])('reads %j', (text, want) => expect(parseWindows(text)).toEqual(want))

  it('writes what it reads', () => expect(formatWindows(parseWindows('9-12:30,14-24') ?? undefined)).toBe('09:00–12:30, 14:00–24:00'))
})

describe('a document', () => {
  const document = {
    zone: 'Europe/Berlin',
    hours: { mon: [['09:00', '17:00']] as [string, string][] },
    shifts: { '2026-12-24': [['09:00', '13:00']] as [string, string][], '2026-12-31': [] },
    holidays: [{ date: '2026-12-25', name: 'Christmas Day' }],
    breaks: {},
  }
  it('comes back from its draft', () => expect(documentOf(draftOf(document))).toEqual(document))
  it('is none while something cannot be read', () => {
    const draft = draftOf(document)
    expect(documentOf({ ...draft, week: { ...draft.week, tue: '9-' } })).toBeNull()
    expect(documentOf({ ...draft, shifts: [...draft.shifts, { date: '', text: '' }] })).toBeNull()
    expect(documentOf({ ...draft, shifts: [...draft.shifts, { date: '2026-12-24', text: '' }] })).toBeNull()
  })
  it('takes names of holidays that have none', () => expect(draftOf({ holidays: ['2026-01-01'] }).holidays).toEqual([{ date: '2026-01-01', name: '' }]))
})

it('adds holidays once, in order', () => {
  const there = [{ date: '2026-12-25', name: 'Christmas' }]
  expect(withHolidays(there, [{ date: '2026-12-25', name: 'x' }, { date: '2026-01-01', name: 'New Year' }, { date: '2026-01-01', name: 'Again' }]).map((one) => one.name)).toEqual(['New Year', 'Christmas'])
})

it('places a window in its day', () => expect(placeOf({ from: '06:00', to: '24:00' })).toEqual({ start: 0.25, length: 0.75 }))
