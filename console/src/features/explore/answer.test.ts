// SPDX-License-Identifier: Apache-2.0
import { setupI18n } from '@lingui/core'
import { describe, expect, it } from 'vitest'
import { makeFormat } from '@/base/format'
import { curveOf, type PlainAnswer, stepsOf } from './answer'
import { heightOf, sankeyOf } from './sankey'
import { periodText, tableOf } from './tables'

const tell = { i18n: setupI18n({ locale: 'en', messages: { en: {} } }), format: makeFormat('en', 'Europe/Berlin') }
const common = { query: {}, range: { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z', zone: 'UTC' }, people: 1, rows: 1, watermark: { position: 1, behind: 0 }, exact: true, took_ms: 1, cached: false, values_left: 0 }

describe('a funnel', () => {
  const steps = [{ name: 'A', people: 200, mean_s: null, median_s: null }, { name: 'B', people: 50, mean_s: 90, median_s: 60 }, { name: 'C', people: 0, mean_s: null, median_s: null }, { name: 'D', people: 0, mean_s: null, median_s: null }]
  it('has shares of the first and of the step before, none of nobody', () => {
    expect(stepsOf(steps).map(({ ofFirst, ofBefore, lost }) => [ofFirst, ofBefore, lost])).toEqual([[1, 1, 0], [0.25, 0.25, 150], [0, 0, 50], [0, null, 0]])
  })
  it('leads to the people of each step, and to those who did not go on', () => {
    const answer = { ...common, kind: 'funnel', data: [{ value: null, steps }] } as unknown as PlainAnswer
    const cells = tableOf(tell, answer).rows.map((row) => row.figures.flatMap((figure) => figure.cell ?? []))
    expect(cells).toEqual([[{ value: 0, step: 1 }], [{ value: 0, step: 2 }, { value: 0, step: 2, dropped: true }], [{ value: 0, step: 3, dropped: true }], []])
  })
})

describe('retention', () => {
  it('counts together only those who had the time to come back', () => {
    expect(curveOf([{ period: 0, people: 100, back: [100, 40, 10] }, { period: 1, people: 100, back: [100, 60] }, { period: 2, people: 50, back: [50] }])).toEqual([1, 0.5, 0.1])
    expect(curveOf([])).toEqual([])
  })
})

describe('a segmentation', () => {
  const answer = {
    ...common, kind: 'segmentation', query: { breakdown: { field: 'channel' }, unit: 'day' }, periods: ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    series: [{ name: 'A', measure: 'uniques' }, { name: 'Rate', measure: 'formula' }], data: [{ value: 'web', series: [{ values: [3, 0], n: [3, 0] }, { values: [0.5, null] }] }, { value: '', series: [{ values: [1, 2], n: [1, 2] }, { values: [1, 1] }] }],
  } as unknown as PlainAnswer
  it('is a table of periods, with people behind what is not computed', () => {
    const table = tableOf(tell, answer)
    expect(table.columns).toEqual(['Begin', 'web · A · People', 'web · Rate', 'without a value · A · People', 'without a value · Rate'])
    expect(table.rows[0]?.figures.map((figure) => figure.cell ?? null)).toEqual([{ value: 0, series: 0, period: 0 }, null, { value: 1, series: 0, period: 0 }, null])
    expect(table.rows[1]?.figures.map((figure) => figure.text)).toEqual(['0', '–', '2', '1'])
  })
  it('names periods in the zone of the answer', () => {
    expect(periodText(tell, 'day', '2026-03-28T23:00:00Z')).toBe('Mar 29')
  })
})

describe('paths as bands', () => {
  const event = (name: string) => ({ type: 'track', name })
  const edges = [
    { depth: 1, from: event('A'), to: event('B'), count: 60 }, { depth: 1, from: event('A'), to: null, count: 40 },
    { depth: 2, from: event('B'), to: event('A'), count: 50 }, { depth: 2, from: event('B'), to: null, count: 10 },
  ]
  it('has a box for each event of each step, as high as what goes through it', () => {
    const { boxes, bands } = sankeyOf(edges, 600, 300)
    expect(boxes.map((box) => [box.column, box.name?.name ?? null, box.count])).toEqual([[0, 'A', 100], [1, 'B', 60], [1, null, 40], [2, 'A', 50], [2, null, 10]])
    const [a, b] = boxes
    expect((b?.height ?? 0) / (a?.height ?? 1)).toBeCloseTo(0.6)
    expect(Math.max(...boxes.map((box) => box.y + box.height))).toBeLessThanOrEqual(300.5)
    expect(bands.map((band) => band.index).sort()).toEqual([0, 1, 2, 3])
  })
  it('stands the other way round where the anchor is the end', () => {
    const boxes = sankeyOf(edges, 600, 300, true).boxes
    expect(boxes[0]?.x).toBeGreaterThan(boxes[1]?.x ?? Number.NaN)
    expect(heightOf([])).toBeGreaterThan(0)
  })
})
