// SPDX-License-Identifier: Apache-2.0
import { setupI18n } from '@lingui/core'
import { describe, expect, it } from 'vitest'
import { draftOf } from './query'
import { sentence } from './sentence'
import type { Json } from './sets'

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
    expect(say({ kind: 'paths', to: { event: 'A' }, depth: 3, who: { did: { event: 'B' } } })).toBe('What people did before A in the same session, up to 3 steps, only people who did B, in the last 30 days')
    expect(say({ kind: 'compare', cohorts: [{}, { who: { trait: 'plan', is: 'equals', value: 'gold' } }], query: { kind: 'funnel', steps: [{ event: 'A' }, { event: 'B' }] } }))
      .toBe('People who did A, then B within 7 days: everybody and whose plan is gold beside each other, in the last 30 days')
    expect(say({ kind: 'correlation', from: { event: 'A' }, to: {} })).toBe('What goes with … within 7 days after A, in the last 30 days')
    expect(say({ kind: 'friction', steps: [{ event: 'A' }, { event: 'B' }], baseline: { from: '2026-01-01', to: '2026-01-31' } }))
      .toBe('What is in the way of A, then B within 7 days, in the last 30 days, beside 2026-01-01 to 2026-01-31')
    expect(say({ kind: 'journey', who: { all: [{ trait: 'plan', is: 'equals', value: 'gold' }, { absent: { event: 'C' } }] } }))
      .toBe('The journey from discovery to loyalty, only people whose plan is gold and who never did C, in the last 30 days, beside as long a time right before')
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
