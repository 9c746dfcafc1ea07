// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { actionsOf, exportPath, filterOf, startOfDay } from './filter'

describe('filterOf', () => {
  it('leaves out what is empty or no day', () => {
    expect(filterOf({ actor: '', action: undefined, from: 'never' }, 'UTC')).toEqual({})
  })
  it('takes the last day whole', () => {
    expect(filterOf({ actor: 'a', from: '2026-02-28', to: '2026-02-28' }, 'UTC'))
      .toEqual({ actor: 'a', since: '2026-02-28T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' })
  })
})

describe('startOfDay', () => {
  it.each([
    ['2026-11-22', 'UTC', 0, '2026-11-22T00:00:00.000Z'],
    ['2026-11-22', 'Asia/Tokyo', 0, '2026-11-21T15:00:00.000Z'],
    ['2026-12-31', 'America/New_York', 1, '2027-01-01T05:00:00.000Z'],
    // the clock goes forward in the night of the 29th: the day has 23 hours
    ['2026-03-29', 'Europe/Berlin', 0, '2026-03-28T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', 1, '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', 1, '2026-10-25T23:00:00.000Z'],
  ])('%s %s +%s', (day, zone, plus, want) => {
    expect(new Date(startOfDay(day, zone, plus) ?? 0).toISOString()).toBe(want)
  })
  it('is null for what is no day', () => {
    expect(startOfDay('29.3.2026', 'UTC')).toBe(null)
  })
})

describe('exportPath', () => {
  it('carries the filter', () => {
    expect(exportPath({ action: 'source.' }, 'csv')).toBe('/api/v1/audit/export?format=csv&action=source.')
  })
})

describe('actionsOf', () => {
  it('names areas before their actions, each once', () => {
    expect(actionsOf([{ action: 'token.added' }, { action: 'account.added' }, { action: 'token.added' }, { action: null }, { action: 'odd' }]))
      .toEqual(['account.', 'account.added', 'odd', 'token.', 'token.added'])
  })
})
