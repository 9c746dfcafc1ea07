// SPDX-License-Identifier: Apache-2.0
// What is in the way, measure by measure: of the steps of a funnel, and of the stages of a journey.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Cell, Figure, FigureTable, Friction, Rough } from './answer'
import { roughBetween, roughChange, roughValue, type Verdict, verdictOf } from './sure'
import { numberText, type Telling } from './tables'
import { roughMeasures } from './words'

export const verdicts: Record<Verdict, MessageDescriptor> = { worse: msg`worse`, better: msg`better`, same: msg`within chance`, unknown: msg`too few to say` }

/** Something that has measures, and where its people are. */
export type Place = { name: string; at: Cell; measures: readonly Rough[] }

const plain = (text: string, raw: number | string | null): Figure => ({ text, raw })

/** People for whom it holds; `then`: of the baseline. */
export function roughCell(place: Place, one: Rough, then: boolean): Cell | null {
  const people = then ? one.n_then : one.n
  const count = then ? one.count_then : one.count
  return people === 0 || count === 0 ? null : { ...place.at, measure: one.measure, ...(then ? { then } : {}) }
}

export const roughOf = ({ i18n }: Telling, place: Place, one: Rough, then: boolean): string => {
  const what = i18n._(roughMeasures[one.measure].title)
  const { name } = place
  return i18n._(then ? msg`${name}: ${what}, in the time before` : msg`${name}: ${what}`)
}

export function placesOf(answer: Friction): Place[] {
  return answer.data.map((step, i) => ({ name: step.name, at: { step: i + 1 }, measures: step.measures }))
}

export function roughTable(tell: Telling, places: readonly Place[]): FigureTable {
  const { i18n } = tell
  return {
    columns: [msg`Where`, msg`What`, msg`Now`, msg`Now, people`, msg`Now, of`, msg`Before`, msg`Before, people`, msg`Before, of`, msg`Change`, msg`95 % interval`, msg`Judged`].map((one) => i18n._(one)),
    rows: places.flatMap((place) => place.measures.map((one) => {
      const side = (then: boolean): Figure[] => {
        const cell = roughCell(place, one, then)
        const [value, count, n] = then ? [one.value_then, one.count_then, one.n_then] : [one.value, one.count, one.n]
        return [plain(roughValue(tell, one, value), value), { text: numberText(tell, count), raw: count, ...(cell !== null && count !== null ? { cell, of: roughOf(tell, place, one, then) } : {}) }, plain(numberText(tell, n), n)]
      }
      const between = roughBetween(tell, one)
      return {
        key: `${place.name} ${one.measure}`, head: place.name,
        figures: [
          plain(i18n._(roughMeasures[one.measure].title), one.measure), ...side(false), ...side(true), plain(roughChange(tell, one, one.difference), one.difference), plain(between ?? '–', between),
          plain(i18n._(verdicts[verdictOf(one)]), verdictOf(one)),
        ],
      }
    })),
  }
}
