// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { exportPath, filterOf } from './filter'

describe('filterOf', () => {
  it('leaves out what is empty or no day', () => {
    expect(filterOf({ actor: '', action: undefined, from: 'never' })).toEqual({})
  })
  it('takes the last day whole', () => {
    const { since, until } = filterOf({ from: '2026-03-28', to: '2026-03-28' })
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBeGreaterThanOrEqual(23 * 3600000)
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBeLessThanOrEqual(25 * 3600000)
  })
})

describe('exportPath', () => {
  it('carries the filter', () => {
    expect(exportPath({ action: 'source.' }, 'csv')).toBe('/api/v1/audit/export?format=csv&action=source.')
  })
})
