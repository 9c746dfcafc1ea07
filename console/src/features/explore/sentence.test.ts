// SPDX-License-Identifier: Apache-2.0
import { setupI18n } from '@lingui/core'
import { describe, expect, it } from 'vitest'
import { draftOf, type Json } from './query'
import { sentence } from './sentence'

const i18n = setupI18n({ locale: 'en', messages: { en: {} } })
const say = (json: Json) => {
  const draft = draftOf({ zone: 'UTC', ...json })
  return draft === null ? null : sentence(i18n, draft)
}

describe('a question in words', () => {
  it('reads as one sentence', () => {
    expect(say({ kind: 'funnel', steps: [{ event: 'A' }, { event: ['B', 'C'], where: { property: 'total', is: 'at_least', value: 20 } }], window: { days: 7 }, breakdown: { context: 'device.type' } }))
      .toBe('People who did A, then B or C where total is at least 20 within 7 days, in the last 30 days, by context.device.type')
    expect(say({ kind: 'segmentation', series: [{ event: 'A' }, { event: 'B', measure: 'average', of: { property: 'total' } }], unit: 'week', range: { from: '2026-01-01', to: '2026-01-31' } }))
      .toBe('Number of A and average total of B, by week, from 2026-01-01 to 2026-01-31')
    expect(say({ kind: 'retention', begin: { event: 'A' }, again: {} })).toBe('People who did A and came back to do any event, by week, in the last 30 days')
    expect(say({ kind: 'paths', to: { event: 'A' }, depth: 3, who: { did: { event: 'B' } } })).toBe('What people did before A in the same session, up to 3 steps, only people of a rule, in the last 30 days')
  })
  it('says every part that changes the answer', () => {
    const plain = { kind: 'funnel', steps: [{ event: 'A' }, { event: 'B' }] }
    const all = [
      plain, { ...plain, order: 'any' }, { ...plain, order: 'strict' }, { ...plain, exclude: [{ event: 'X' }] }, { ...plain, same: { property: 'p' } }, { ...plain, where: { property: 'p', is: 'true' } },
      { ...plain, breakdown: { field: 'channel' } }, { ...plain, range: { last: { weeks: 2 } } }, { ...plain, window: { minutes: 5 } },
    ].map(say)
    expect(new Set(all).size).toBe(all.length)
  })
})
