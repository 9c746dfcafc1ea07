// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import type { Friction } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import { placesOf, roughTable } from '../friction'
import type { Note } from '../model'
import { verdictOf } from '../sure'
import { numberText, type Telling } from '../tables'
import { useMarks } from './marks'
import { Judged, RoughTable, scalesOf } from './Rough'

/** The time before and the time now on one line, with what happened in them. */
export function Times({ answer: { baseline, range }, tell, notes }: { answer: Pick<Friction, 'baseline' | 'range'>; tell: Telling; notes: readonly Note[] }) {
  const { t } = useLingui()
  const marks = useMarks(notes, range.zone)
  const [then, thenEnd, now, nowEnd] = [baseline.from, baseline.to, range.from, range.to].map((at) => Date.parse(at)) as [number, number, number, number]
  const begin = Math.min(then, now)
  const whole = Math.max(thenEnd, nowEnd) - begin
  const at = (time: number) => `${((100 * (time - begin)) / whole).toFixed(2)}%`
  // the end is outside: the day before it is the last one
  const span = (from: number, to: number) => `${tell.format.date(from)} – ${tell.format.date(Math.max(from, to - 1))}`
  const inside = marks.filter((mark) => (mark.at >= then && mark.at < thenEnd) || (mark.at >= now && mark.at < nowEnd))
  return (
    <div className="ex-times">
      <div className="ex-times-line" aria-hidden="true">
        <span className="ex-times-then" style={{ insetInlineStart: at(then), width: `${(100 * (thenEnd - then)) / whole}%` }} />
        <span className="ex-times-now" style={{ insetInlineStart: at(now), width: `${(100 * (nowEnd - now)) / whole}%` }} />
        {inside.map((mark) => <span key={`${mark.at} ${mark.name}`} className="ex-times-mark" style={{ insetInlineStart: at(mark.at) }} />)}
      </div>
      <p className="ex-about pt-soft">
        <span>{t`Before: ${span(then, thenEnd)}`}</span>
        <span>{t`Now: ${span(now, nowEnd)}`}</span>
        {inside.map((mark) => <span key={`${mark.at} ${mark.name}`}><span aria-hidden="true">⚑</span> {tell.format.date(mark.at)} <bdi>{mark.name}</bdi></span>)}
      </p>
    </div>
  )
}

export function FrictionResult({ answer, tell, notes, onOpen }: { answer: Friction; tell: Telling; notes: readonly Note[]; onOpen: Open }) {
  const { t } = useLingui()
  const places = useMemo(() => placesOf(answer), [answer])
  const table = useMemo(() => roughTable(tell, places), [tell, places])
  const all = useMemo(() => places.flatMap((place) => place.measures), [places])
  const scales = useMemo(() => scalesOf(all), [all])
  const worse = all.filter((one) => verdictOf(one) === 'worse').length
  return (
    <Twin
      label={t`In the way`} file="friction" table={table} onOpen={onOpen}
      note={worse === 0 ? t`nothing is worse than before, beyond chance` : plural(worse, { one: '# measure is worse than before, beyond chance', other: '# measures are worse than before, beyond chance' })}
    >
      <Times answer={answer} tell={tell} notes={notes} />
      <ol className="pt-items ex-steps">
        {answer.data.map((step, i) => {
          const place = places[i]
          const came = plural(step.people, { one: '# person', other: '# people' })
          const before = numberText(tell, step.people_then)
          const bad = step.measures.filter((one) => verdictOf(one) === 'worse').length
          return (
            <li key={i} className="ex-step">
              <div className="ex-step-head">
                <span className="ex-step-no" aria-hidden="true">{i + 1}</span>
                <strong className="pt-grow"><bdi>{step.name}</bdi> {bad > 0 && <Judged verdict="worse">{plural(bad, { one: '# worse', other: '# worse' })}</Judged>}</strong>
                {step.people > 0 ? <button type="button" className="ex-number" aria-label={`${came}: ${step.name}`} onClick={() => onOpen({ step: i + 1 }, step.name)}>{came}</button> : <span>{came}</span>}
                <span className="pt-faint"><Trans>before: {before}</Trans></span>
              </div>
              {place !== undefined && place.measures.length > 0 && <RoughTable place={place} scales={scales} tell={tell} onOpen={onOpen} />}
            </li>
          )
        })}
      </ol>
    </Twin>
  )
}
