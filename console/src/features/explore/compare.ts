// SPDX-License-Identifier: Apache-2.0
// A comparison: the shares of each cohort by what they are of, and the answer of each cohort as if it stood alone.
import { msg } from '@lingui/core/macro'
import type { Between, Cell, Compare, Figure, FigureTable, Funnel, Item, PlainAnswer, Retention } from './answer'
import type { Json } from './sets'
import { betweenText, pointsText, wilson } from './sure'
import { backNames, numberText, shareText, type Telling } from './tables'
import { own } from './words'

/** The answer of one cohort. */
export function answerOf(answer: Compare, cohort: number): PlainAnswer {
  const { name: _name, persons: _persons, ...own } = answer.cohorts[cohort] ?? { name: '', persons: null }
  const { range, watermark, exact, took_ms, cached } = answer
  return { range, watermark, exact, took_ms, cached, values_left: 0, ...own, kind: answer.of, query: (answer.query.query ?? {}) as Json } as unknown as PlainAnswer
}

/** What a cell of one cohort's answer is in the whole. */
export const among = (cohort: number, cell: Cell): Cell => ({ ...cell, among: cohort })

/** The table of one cohort's answer, with people behind it. */
export function amongTable(cohort: number, name: string, table: FigureTable): FigureTable {
  const figures = (all: Figure[]) => all.map((one) => (one.cell === undefined ? one : { ...one, cell: among(cohort, one.cell), of: `${name}: ${one.of ?? ''}` }))
  return { ...table, rows: table.rows.map((row) => ({ ...row, figures: figures(row.figures) })) }
}

export type Part = { n: number; count: number; rate: number | null; low: number | null; high: number | null }
/** One share: in each cohort, and between the first and each other one. */
export type Share = { key: string; item: Item; name: string; parts: Part[]; differences: (Between & Pick<Item, 'p' | 'distinct'>)[] }

const partOf = (n: number, count: number): Part => ({ n, count, rate: n > 0 ? count / n : null, low: wilson(count, n)?.low ?? null, high: wilson(count, n)?.high ?? null })

function itemName(tell: Telling, answer: Compare, item: Item): string {
  const { i18n } = tell
  const first = answerOf(answer, 0)
  if (item.step !== undefined) {
    const name = (first as Funnel).data[0]?.steps[item.step - 1]?.name ?? ''
    const step = own(i18n, `${numberText(tell, item.step)}. ${name}`)
    return i18n._(item.of === 'step' ? msg`${step}, of the step before` : msg`${step}, of the first step`)
  }
  if (item.back !== undefined) {
    const period = backNames(tell, first as Retention, item.back + 1)[item.back] ?? ''
    return i18n._(msg`Back in period ${period}`)
  }
  const periods = numberText(tell, (item.row ?? 0) + 1)
  return i18n._(msg`In ${periods} periods or more`)
}

export function sharesOf(tell: Telling, answer: Compare): Share[] {
  const [one, ...others] = answer.differences
  // at the second step the step before is the first
  return (one?.items ?? []).map((item, i) => ({ item, i })).filter(({ item }) => item.of !== 'step' || item.step !== 2).map(({ item, i }) => ({
    key: String(i), item, name: itemName(tell, answer, item),
    parts: [partOf(item.n[0] ?? 0, item.count[0] ?? 0), ...[one, ...others].map((other) => partOf(other?.items[i]?.n[1] ?? 0, other?.items[i]?.count[1] ?? 0))],
    differences: [one, ...others].map((other) => other?.items[i] ?? { difference: null, low: null, high: null, p: null, distinct: null }),
  })).filter(({ parts }) => parts.some((part) => part.n > 0))
}

/** Behind a step stand the people who came to it; other shares are of several cells. */
const cellOf = (cohort: number, item: Item): Cell | null => (item.step === undefined ? null : among(cohort, { step: item.step }))

const plain = (text: string, raw: number | string | null): Figure => ({ text, raw })

/** Of each cohort people and share; of each but the first what lies between. */
export function compareTable(tell: Telling, answer: Compare): FigureTable {
  const { i18n } = tell
  const names = answer.cohorts.map((one) => one.name)
  const others = names.slice(1)
  return {
    columns: [
      i18n._(msg`Share`),
      ...names.flatMap((name) => [i18n._(msg`${name}: people`), i18n._(msg`${name}: of`), i18n._(msg`${name}: share`)]),
      ...others.flatMap((name) => [i18n._(msg`${name}: difference`), i18n._(msg`${name}: 95 % interval`), i18n._(msg`${name}: p`), i18n._(msg`${name}: beyond chance`)]),
    ],
    rows: sharesOf(tell, answer).map(({ key, item, name, parts, differences }) => ({
      key, head: name,
      figures: [
        ...parts.flatMap((part, cohort): Figure[] => {
          const cell = cellOf(cohort, item)
          return [
            { text: numberText(tell, part.count), raw: part.count, ...(cell !== null && part.count > 0 ? { cell, of: `${names[cohort] ?? ''}: ${name}` } : {}) },
            plain(numberText(tell, part.n), part.n), plain(shareText(tell, part.rate), part.rate),
          ]
        }),
        ...differences.flatMap((one): Figure[] => [
          plain(pointsText(tell, one.difference), one.difference), plain(betweenText(tell, one) ?? '–', betweenText(tell, one)), plain(probabilityText(tell, one.p), one.p),
          plain(one.distinct === null ? '–' : i18n._(one.distinct ? msg`yes` : msg`no`), String(one.distinct ?? '')),
        ]),
      ],
    })),
  }
}

/** 0.032; below a thousandth it is small enough. */
export function probabilityText({ format }: Telling, p: number | null): string {
  if (p === null) return '–'
  return p < 0.001 ? `< ${format.number(0.001, 3)}` : format.number(p, 3)
}
