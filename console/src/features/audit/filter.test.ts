// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { actionsOf, exportPath, filterOf } from './filter'

describe('filterOf', () => {
  it('leaves out what is empty or no day', () => {
    expect(filterOf({ actor: '', action: undefined, from: 'never' }, 'UTC')).toEqual({})
  })
  it('takes the last day whole', () => {
    expect(filterOf({ actor: 'a', from: '2026-02-28', to: '2026-02-28' }, 'UTC'))
      .toEqual({ actor: 'a', since: '2026-02-28T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' })
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
