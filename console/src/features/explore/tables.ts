// SPDX-License-Identifier: Apache-2.0
// Every answer as a table of figures: what stands beside each picture, goes into a file, and leads to the people behind a number.
import type { I18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Format } from '@/base/format'
import { curveOf, type Figure, type FigureTable, type Funnel, type Lifecycle, type Paths, type PlainAnswer, type Retention, type Segmentation, type Sessions, type Stickiness, stepsOf, unitOf } from './answer'
import type { Unit } from './query'
import type { Json } from './sets'
import { eventText, measures, stages, valueText } from './words'

export type Telling = { i18n: I18n; format: Format }
/** What happened, and when the day of it begins. */
export type Mark = { at: number; name: string }

const MONTH: Intl.DateTimeFormatOptions = { month: 'short', year: 'numeric' }
const DAY: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' }
const HOUR: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const STYLES: Record<Unit, Intl.DateTimeFormatOptions> = { hour: HOUR, day: DAY, week: DAY, month: MONTH, whole: { dateStyle: 'medium' } }
const made = new Map<string, Intl.DateTimeFormat>()

/** The begin of a period, in the zone of the answer. */
export function periodText({ format }: Telling, unit: Unit, at: string | number): string {
  const key = `${format.locale} ${format.zone} ${unit}`
  let style = made.get(key)
  if (style === undefined) {
    style = new Intl.DateTimeFormat(format.locale, { ...STYLES[unit], timeZone: format.zone })
    made.set(key, style)
  }
  return style.format(new Date(at))
}

/** A number of any size, with as many digits as say something. */
export function numberText({ format }: Telling, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return format.number(value, Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 3 : 2)
}

export const shareText = ({ format }: Telling, value: number | null): string => (value === null ? '–' : format.percent(value))
export const secondsText = ({ format }: Telling, value: number | null): string => (value === null ? '–' : format.duration(value * 1000))

const beginOf = (periods: readonly string[], at: number) => (periods[at] === undefined ? {} : { at: periods[at] })

/** With what happened in the period of each row; periods rise, the last is over at `end`. */
export function noted(table: FigureTable, marks: readonly Mark[], end: string): FigureTable {
  const periods = table.rows.flatMap((row, index) => (row.at === undefined ? [] : [{ index, begin: Date.parse(row.at) }]))
  const notes = new Map<number, string[]>()
  for (const { at, name } of marks) {
    const period = at < Date.parse(end) ? periods.findLast(({ begin }) => begin <= at) : undefined
    if (period !== undefined) notes.set(period.index, [...(notes.get(period.index) ?? []), name])
  }
  return notes.size === 0 ? table : { ...table, rows: table.rows.map((row, index) => ({ ...row, ...(notes.has(index) ? { notes: notes.get(index) ?? [] } : {}) })) }
}

const plain = (text: string, raw: number | string | null): Figure => ({ text, raw })

/** Orders, web: the series, and the value where there are several. */
export function lineName(tell: Telling, answer: Segmentation, value: number, series: number): string {
  const one = answer.series[series]
  const measure = one?.measure === undefined || one.measure === 'formula' || one.measure === 'total' ? '' : ` · ${tell.i18n._(measures[one.measure])}`
  const name = `${one?.name === '' || one === undefined ? tell.i18n._(msg`any event`) : one.name}${measure}`
  const row = answer.data[value]
  if (answer.query.breakdown === undefined || answer.query.breakdown === null || row === undefined) return name
  return answer.series.length > 1 ? `${valueText(tell.i18n, row.value)} · ${name}` : valueText(tell.i18n, row.value)
}

/** Which lines a segmentation has: each series of each value. */
export const linesOf = (answer: Segmentation) => answer.data.flatMap((row, value) => row.series.map((one, series) => ({ value, series, values: one.values })))

/** A formula has no people of its own. */
const drills = (answer: Segmentation, series: number) => answer.series[series]?.measure !== 'formula'

function segmentation(tell: Telling, answer: Segmentation): FigureTable {
  const { i18n } = tell
  const unit = unitOf(answer)
  const lines = linesOf(answer)
  const names = lines.map((line) => lineName(tell, answer, line.value, line.series))
  return {
    columns: [i18n._(msg`Begin`), ...names],
    rows: answer.periods.map((at, period) => {
      const head = periodText(tell, unit, at)
      return {
        key: at, head, at,
        figures: lines.map((line, i): Figure => {
          const value = line.values[period] ?? null
          return { text: numberText(tell, value), raw: value, ...(drills(answer, line.series) && value !== null && value !== 0 ? { cell: { value: line.value, series: line.series, period }, of: `${names[i]}, ${head}` } : {}) }
        }),
      }
    }),
  }
}

/** Steps down, what each is beside its people across. */
export function funnelOf(tell: Telling, answer: Funnel, value: number): FigureTable {
  const { i18n } = tell
  const row = answer.data[value]
  return {
    columns: [msg`Step`, msg`People`, msg`Of the first`, msg`Of the step before`, msg`Median time`, msg`Mean time`, msg`Did not go on to it`].map((one) => i18n._(one)),
    rows: stepsOf(row?.steps ?? []).map((step, i) => ({
      key: String(i), head: `${i + 1}. ${step.name}`,
      figures: [
        { text: numberText(tell, step.people), raw: step.people, ...(step.people > 0 ? { cell: { value, step: i + 1 }, of: step.name } : {}) },
        plain(shareText(tell, step.ofFirst), step.ofFirst), plain(i === 0 ? '–' : shareText(tell, step.ofBefore), i === 0 ? null : step.ofBefore),
        plain(i === 0 ? '–' : secondsText(tell, step.median_s), i === 0 ? null : step.median_s), plain(i === 0 ? '–' : secondsText(tell, step.mean_s), i === 0 ? null : step.mean_s),
        { text: i === 0 ? '–' : numberText(tell, step.lost), raw: i === 0 ? null : step.lost, ...(i > 0 && step.lost > 0 ? { cell: { value, step: i + 1, dropped: true }, of: i18n._(msg`not ${step.name}`) } : {}) },
      ],
    })),
  }
}

/** Values down, steps across: people, and their share of the first step's. */
export function funnelValues(tell: Telling, answer: Funnel): FigureTable {
  const { i18n } = tell
  return {
    columns: [i18n._(msg`Value`), ...(answer.data[0]?.steps ?? []).map((step, i) => `${i + 1}. ${step.name}`)],
    rows: answer.data.map((row, value) => ({
      key: String(value), head: valueText(i18n, row.value),
      figures: stepsOf(row.steps).map((step, i) => ({
        text: i === 0 ? numberText(tell, step.people) : `${numberText(tell, step.people)} · ${shareText(tell, step.ofFirst)}`, raw: step.people, heat: i === 0 ? 0 : (step.ofFirst ?? 0),
        ...(step.people > 0 ? { cell: { value, step: i + 1 }, of: `${step.name}, ${valueText(i18n, row.value)}` } : {}),
      })),
    })),
  }
}

/** How the columns of a retention are called: periods behind the first, or brackets of them. */
export function backNames(tell: Telling, answer: Retention, width: number): string[] {
  const { brackets } = answer
  return Array.from({ length: width }, (_, k) => {
    const from = brackets?.[k]
    const to = brackets?.[k + 1]
    if (from === undefined || to === undefined) return numberText(tell, k)
    return to - from === 1 ? numberText(tell, from) : `${numberText(tell, from)}–${numberText(tell, to - 1)}`
  })
}

export function retentionOf(tell: Telling, answer: Retention, value: number): FigureTable {
  const { i18n } = tell
  const unit = unitOf(answer)
  const cohorts = answer.data[value]?.cohorts ?? []
  const curve = curveOf(cohorts)
  return {
    columns: [i18n._(msg`Began`), i18n._(msg`People`), ...backNames(tell, answer, curve.length)],
    rows: [
      ...(cohorts.length < 2 ? [] : [{
        key: 'all', head: i18n._(msg`Together`),
        figures: [plain(numberText(tell, cohorts.reduce((sum, one) => sum + one.people, 0)), cohorts.reduce((sum, one) => sum + one.people, 0)), ...curve.map((one) => ({ text: shareText(tell, one), raw: one, heat: one ?? 0 }))],
      }]),
      ...cohorts.map((cohort, at) => {
        const head = periodText(tell, unit, answer.periods[cohort.period] ?? 0)
        return {
          key: String(cohort.period), head, ...beginOf(answer.periods, cohort.period),
          figures: [
            { text: numberText(tell, cohort.people), raw: cohort.people, ...(cohort.people > 0 ? { cell: { value, cohort: at }, of: i18n._(msg`began ${head}`) } : {}) },
            ...cohort.back.map((people, back): Figure => {
              const part = cohort.people > 0 ? people / cohort.people : null
              return { text: shareText(tell, part), raw: part, heat: part ?? 0, ...(people > 0 ? { cell: { value, cohort: at, back }, of: i18n._(msg`began ${head}, back in period ${back}`) } : {}) }
            }),
          ],
        }
      }),
    ],
  }
}

export const isBackwards = (query: unknown): boolean => ((query as Json).to ?? null) !== null

function paths(tell: Telling, answer: Paths): FigureTable {
  const { i18n } = tell
  const backwards = isBackwards(answer.query)
  return {
    columns: [i18n._(msg`Step`), i18n._(backwards ? msg`To` : msg`From`), i18n._(backwards ? msg`From` : msg`To`), i18n._(msg`Paths`), i18n._(msg`Of all paths`)],
    rows: answer.edges.map((edge, index) => {
      const from = eventText(i18n, edge.from, backwards)
      const to = eventText(i18n, edge.to, backwards)
      return {
        key: String(index), head: numberText(tell, edge.depth),
        figures: [
          plain(from, from), plain(to, to), { text: numberText(tell, edge.count), raw: edge.count, cell: { edge: index }, of: backwards ? `${to} → ${from}` : `${from} → ${to}` },
          plain(shareText(tell, answer.paths > 0 ? edge.count / answer.paths : null), answer.paths > 0 ? edge.count / answer.paths : null),
        ],
      }
    }),
  }
}

function stickiness(tell: Telling, answer: Stickiness): FigureTable {
  const { i18n } = tell
  const all = answer.data.reduce((sum, row) => sum + row.people, 0)
  return {
    columns: [i18n._(msg`In how many periods`), i18n._(msg`People`), i18n._(msg`Of all`)],
    rows: answer.data.map((row, at) => ({
      key: String(row.periods), head: numberText(tell, row.periods),
      figures: [
        { text: numberText(tell, row.people), raw: row.people, ...(row.people > 0 ? { cell: { row: at }, of: i18n._(msg`in ${row.periods} periods`) } : {}) },
        plain(shareText(tell, all > 0 ? row.people / all : null), all > 0 ? row.people / all : null),
      ],
    })),
  }
}

export const STAGES = ['new', 'returning', 'resurrecting', 'dormant'] as const

function lifecycle(tell: Telling, answer: Lifecycle): FigureTable {
  const { i18n } = tell
  const unit = unitOf(answer)
  return {
    columns: [i18n._(msg`Begin`), ...STAGES.map((stage) => i18n._(stages[stage].title))],
    rows: answer.data.map((row, period) => {
      const head = periodText(tell, unit, answer.periods[period] ?? 0)
      return {
        key: String(period), head, ...beginOf(answer.periods, period),
        figures: STAGES.map((state) => ({ text: numberText(tell, row[state]), raw: row[state], ...(row[state] > 0 ? { cell: { period, state }, of: `${i18n._(stages[state].title)}, ${head}` } : {}) })),
      }
    }),
  }
}

function sessions(tell: Telling, answer: Sessions): FigureTable {
  const { i18n } = tell
  const unit = unitOf(answer)
  return {
    columns: [msg`Begin`, msg`Sessions`, msg`People`, msg`Median length`, msg`Mean length`, msg`Events of a session`].map((one) => i18n._(one)),
    rows: answer.data.map((row, period) => {
      const head = periodText(tell, unit, answer.periods[period] ?? 0)
      return {
        key: String(period), head, ...beginOf(answer.periods, period),
        figures: [
          plain(numberText(tell, row.sessions), row.sessions), { text: numberText(tell, row.people), raw: row.people, ...(row.people > 0 ? { cell: { period }, of: head } : {}) },
          plain(secondsText(tell, row.median_s), row.median_s), plain(secondsText(tell, row.mean_s), row.mean_s), plain(numberText(tell, row.mean_events), row.mean_events),
        ],
      }
    }),
  }
}

/** `value`: which of a breakdown, where a table holds one. */
export function tableOf(tell: Telling, answer: PlainAnswer, value = 0): FigureTable {
  switch (answer.kind) {
    case 'segmentation': return segmentation(tell, answer)
    case 'funnel': return funnelOf(tell, answer, value)
    case 'retention': return retentionOf(tell, answer, value)
    case 'paths': return paths(tell, answer)
    case 'stickiness': return stickiness(tell, answer)
    case 'lifecycle': return lifecycle(tell, answer)
    case 'sessions': return sessions(tell, answer)
  }
}
