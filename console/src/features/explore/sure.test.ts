// SPDX-License-Identifier: Apache-2.0
import { setupI18n } from '@lingui/core'
import { describe, expect, it } from 'vitest'
import { makeFormat } from '@/base/format'
import type { Compare, Correlation, Friction, Journey, Rough } from './answer'
import { compareTable, probabilityText, sharesOf } from './compare'
import { correlationTable } from './correlation'
import { placesOf, roughTable } from './friction'
import { arcsOf, frictionOf, stagesTable } from './journey'
import { betweenText, placeOn, pointsText, scaleOf, verdictOf, wilson } from './sure'
import { noted, type Telling } from './tables'

const tell: Telling = { i18n: setupI18n({ locale: 'en', messages: { en: {} } }), format: makeFormat('en', 'UTC') }
const NOTHING = { difference: null, low: null, high: null }

describe('an interval of a share', () => {
  // Newcombe 1998, table I: method 3 (the score method) of his examples
  it.each([[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718], [29, 29, 0.883, 1]])('%i of %i', (count, n, low, high) => {
    expect(wilson(count, n)?.low).toBeCloseTo(low, 4)
    expect(wilson(count, n)?.high).toBeCloseTo(high, 4)
  })
  it('is none of nobody', () => expect(wilson(0, 0)).toBe(null))
})

describe('a difference', () => {
  it('is in points, with its sign', () => {
    expect([0.042, -0.0051, 0, null].map((one) => pointsText(tell, one))).toEqual(['+4.2 pp', '-0.5 pp', '0 pp', '–'])
    expect(betweenText(tell, { difference: 0.02, low: -0.01, high: 0.05 })).toBe('-1 to +5 pp')
    expect(betweenText(tell, NOTHING)).toBe(null)
    expect([0.5, 0.0321, 0.00001, null].map((one) => probabilityText(tell, one))).toEqual(['0.5', '0.032', '< 0.001', '–'])
  })
  it('stands on a scale with zero in it, whatever there is', () => {
    const scale = scaleOf([{ difference: 0.3, low: 0.2, high: 0.4 }, NOTHING])
    expect(placeOn(scale, 0)).toBeGreaterThan(0)
    expect(placeOn(scale, 0.4)).toBeLessThan(100)
    expect(placeOn(scaleOf([]), 0)).toBe(50)
  })
})

const rough = (change: Partial<Rough>): Rough => ({ measure: 'errors', n: 100, count: 20, value: 0.2, n_then: 200, count_then: 10, value_then: 0.05, difference: 0.15, low: 0.07, high: 0.24, worse: true, better: false, ...change })

describe('a measure', () => {
  it('is judged beyond its interval only', () => {
    expect([{}, { worse: false, better: true }, { worse: false }, { worse: false, ...NOTHING }].map((one) => verdictOf(rough(one)))).toEqual(['worse', 'better', 'same', 'unknown'])
  })
  it('leads to those for whom it holds, now and before, where there are any', () => {
    const answer = { data: [{ name: 'A', people: 100, people_then: 200, measures: [rough({}), rough({ measure: 'repeats', count: 0, value: 0 }), rough({ measure: 'step_time', count: null, count_then: null, value: 90, value_then: 30, difference: 60, low: 1, high: 120 })] }] } as unknown as Friction
    const { rows } = roughTable(tell, placesOf(answer))
    expect(rows.map((row) => row.figures.flatMap((figure) => figure.cell ?? []))).toEqual([
      [{ step: 1, measure: 'errors' }, { step: 1, measure: 'errors', then: true }], [{ step: 1, measure: 'repeats', then: true }], [],
    ])
    expect(rows.map((row) => row.figures.at(-3)?.text)).toEqual(['+15 pp', '+15 pp', '+1 min'])
    expect(rows[2]?.figures.at(-1)?.text).toBe('worse')
  })
})

describe('a comparison', () => {
  const steps = (people: number[]) => people.map((n, i) => ({ name: `S${i + 1}`, people: n, mean_s: null, median_s: null }))
  const item = (step: number, of: 'step' | 'first') => ({ step, of, n: [100, 0], count: [40, 0], rate: [0.4, null], ...NOTHING, p: null, distinct: null })
  const answer = {
    kind: 'compare', of: 'funnel', query: { query: {} }, cohorts: [{ name: 'All', persons: null, data: [{ value: null, steps: steps([100, 40, 20]) }] }, { name: 'None', persons: 0, data: [{ value: null, steps: steps([0, 0, 0]) }] }],
    differences: [{ cohort: 1, overlap: 0, items: [item(2, 'step'), item(2, 'first'), item(3, 'step')] }],
  } as unknown as Compare
  it('has each share of each cohort, none of nobody', () => {
    const shares = sharesOf(tell, answer)
    expect(shares.map((one) => one.name)).toEqual(['2. S2, of the first step', '3. S3, of the step before'])
    expect(shares[0]?.parts.map((part) => [part.rate, part.low === null])).toEqual([[0.4, false], [null, true]])
  })
  it('leads to the people of a cohort', () => {
    const [row] = compareTable(tell, answer).rows
    expect(row?.figures.flatMap((figure) => figure.cell ?? [])).toEqual([{ among: 0, step: 2 }])
    expect(row?.figures.length).toBe(compareTable(tell, answer).columns.length - 1)
  })
})

describe('a correlation', () => {
  it('keeps what is not significant, with its people', () => {
    const one = { of: 'context', name: 'device.type', value: 'mobile', with: 50, converted_with: 0, rate_with: 0, without: 60, converted_without: 6, rate_without: 0.1, lift: 0, difference: -0.1, low: -0.2, high: 0.01, p: 0.03, test: 'fisher', q: 0.2, significant: false }
    const table = correlationTable(tell, { data: [one] } as unknown as Correlation)
    expect(table.rows[0]?.head).toBe('mobile')
    expect(table.rows[0]?.figures.flatMap((figure) => figure.cell ?? [])).toEqual([{ row: 0 }])
    expect(table.rows[0]?.figures.length).toBe(table.columns.length - 1)
    expect(table.rows[0]?.figures.at(-1)?.text).toBe('no')
  })
})

describe('a journey', () => {
  const stage = (name: string, people: number) => ({ name, people, people_then: 0, events: people, visits: people, going_on: 0, going_on_share: null, ended: 0, median_s: null, channels: [], measures: [] })
  const answer = { query: { stages: [{ event: 'A', name: 'discover' }, { event: 'B', name: 'mine' }, { event: 'C', where: null, name: 'cart' }], zone: 'UTC', who: null, errors: [{ event: 'E' }] }, stages: [stage('discover', 9), stage('mine', 0), stage('cart', 4)], flows: [] } as unknown as Journey
  it('names the usual stages in the language, others as they are called', () => {
    expect(stagesTable(tell, answer).rows.map((row) => row.head)).toEqual(['Discover', 'mine', 'Cart'])
  })
  it('leads from a stage to the next that anybody came to, and from the last to the one before', () => {
    const steps = [{ event: 'A', name: 'Discover' }, { event: 'C', name: 'Cart' }]
    expect(frictionOf(tell, answer, 0)).toEqual({ query: { kind: 'friction', steps, zone: 'UTC', errors: [{ event: 'E' }] }, from: 0, to: 2 })
    expect(frictionOf(tell, answer, 2)).toEqual({ query: { kind: 'friction', steps, zone: 'UTC', errors: [{ event: 'E' }] }, from: 0, to: 2 })
  })
  it('has arcs on and back, inside of their picture, on the side where one reads', () => {
    const flows = [{ from: 0, to: 2, people: 10, moves: 10 }, { from: 2, to: 1, people: 5, moves: 6 }, { from: 1, to: 1, people: 3, moves: 3 }]
    const [on, back] = [arcsOf(flows, 3, 100, false), arcsOf(flows, 3, 100, true)]
    expect([on, back].map(({ arcs, height }) => [arcs.map((arc) => [arc.flow.from, arc.width]), height])).toEqual([[[[0, 16]], 49], [[[2, 8]], 32]])
    expect(on.arcs[0]?.path.startsWith('M59.0 49C')).toBe(true)
    expect(back.arcs[0]?.path.startsWith('M241.0 0C')).toBe(true)
    expect(arcsOf(flows, 3, 100, false, true).arcs[0]?.path.startsWith('M241.0 49C')).toBe(true)
    expect(arcsOf([], 3, 100, true)).toEqual({ arcs: [], height: 0 })
  })
})

describe('what happened', () => {
  const rows = ['2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z'].map((at) => ({ key: at, head: at, figures: [], at }))
  const marks = (...days: string[]) => days.map((day) => ({ at: Date.parse(`${day}T00:00:00Z`), name: day }))
  it('stands at the period it lies in, and nowhere outside of all', () => {
    const table = noted({ columns: [], rows: [{ key: 'all', head: 'all', figures: [] }, ...rows] }, marks('2026-09-30', '2026-10-01', '2026-10-02', '2026-10-03'), '2026-10-03T00:00:00Z')
    expect(table.rows.map((row) => row.notes)).toEqual([undefined, ['2026-10-01'], ['2026-10-02']])
  })
})
