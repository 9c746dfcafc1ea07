// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Candidate, Correlation, Figure, FigureTable } from './answer'
import { probabilityText } from './compare'
import { betweenText, pointsText } from './sure'
import { numberText, shareText, type Telling } from './tables'

/** mobile, of context.device.type; did Products Searched before. */
export function candidateText({ i18n }: Telling, { of, name, value }: Candidate): { name: string; of: string } {
  if (of === 'event') return { name, of: i18n._(msg`done before`) }
  const place = of === 'context' ? `context.${name}` : of === 'trait' ? i18n._(msg`trait ${name}`) : name
  return { name: value === null || value === '' ? i18n._(msg`without a value`) : value, of: place }
}

/** Of 1.3: a third more often than without. */
export const liftText = ({ format }: Telling, lift: number | null): string => (lift === null ? '–' : `× ${format.number(lift, 2)}`)

const plain = (text: string, raw: number | string | null): Figure => ({ text, raw })

export function correlationTable(tell: Telling, answer: Correlation): FigureTable {
  const { i18n } = tell
  return {
    columns: [
      msg`What`, msg`Of`, msg`People with`, msg`Converted with`, msg`Rate with`, msg`People without`, msg`Converted without`, msg`Rate without`, msg`Lift`, msg`Difference`, msg`95 % interval`, msg`p`, msg`Test`, msg`q`, msg`Beyond chance`,
    ].map((one) => i18n._(one)),
    rows: answer.data.map((one, row) => {
      const said = candidateText(tell, one)
      const of = `${said.of}: ${said.name}`
      return {
        key: String(row), head: said.name,
        figures: [
          plain(said.of, said.of), { text: numberText(tell, one.with), raw: one.with, ...(one.with > 0 ? { cell: { row }, of } : {}) },
          { text: numberText(tell, one.converted_with), raw: one.converted_with, ...(one.converted_with > 0 ? { cell: { row, converted: true }, of: i18n._(msg`${of}, converted`) } : {}) },
          plain(shareText(tell, one.rate_with), one.rate_with), plain(numberText(tell, one.without), one.without), plain(numberText(tell, one.converted_without), one.converted_without),
          plain(shareText(tell, one.rate_without), one.rate_without), plain(liftText(tell, one.lift), one.lift), plain(pointsText(tell, one.difference), one.difference),
          plain(betweenText(tell, one) ?? '–', betweenText(tell, one)), plain(probabilityText(tell, one.p), one.p), plain(one.test, one.test), plain(probabilityText(tell, one.q), one.q),
          plain(i18n._(one.significant ? msg`yes` : msg`no`), String(one.significant)),
        ],
      }
    }),
  }
}
