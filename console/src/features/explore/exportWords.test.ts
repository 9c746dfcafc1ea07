// SPDX-License-Identifier: Apache-2.0
import { setupI18n } from '@lingui/core'
import { expect, test } from 'vitest'
import { clockText, weekdayName, whatText, whenText } from './exportWords'
import type { Job } from './exports'

const i18n = setupI18n({ locale: 'en', messages: { en: {} } })
const job = { id: 'x', name: 'Buyers', report: 'r', report_name: 'Orders', what: 'people', format: 'csv', cell: { step: 2 }, every: 'week', at_min: 390, weekday: 1, zone: 'Europe/Berlin', folder: 'a', destination: null, keep_files: 3, enabled: true, version: 4, due_at: null, failures: 0, last: null, created_at: '', changed_at: '', changed_by: '' } satisfies Job

test('a schedule reads as a sentence', () => {
  expect(whenText(i18n, job)).toBe('Every Monday at 06:30, Europe/Berlin')
  expect(whenText(i18n, { ...job, every: 'day', at_min: 0 })).toBe('Every day at 00:00, Europe/Berlin')
  expect(whenText(i18n, { ...job, every: 'hour', at_min: 5 })).toBe('Every hour at minute 5, Europe/Berlin')
  expect(weekdayName(i18n, 7)).toBe('Sunday')
  expect(clockText(1439)).toBe('23:59')
  expect(whatText(i18n, job)).toBe('The people, CSV')
})
