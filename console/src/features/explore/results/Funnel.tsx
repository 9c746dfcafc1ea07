// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { NativeSelect } from '@mantine/core'
import { useMemo, useState } from 'react'
import { type Funnel, stepsOf } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import { funnelOf, funnelValues, numberText, secondsText, shareText, type Telling } from '../tables'
import { valueText } from '../words'

/** Which value of a breakdown is drawn. */
export function ValueChoice({ values, value, tell, onChange }: { values: readonly (string | null)[]; value: number; tell: Telling; onChange: (value: number) => void }) {
  const { t } = useLingui()
  if (values.length < 2) return null
  return <NativeSelect size="xs" aria-label={t`Value shown`} value={String(value)} data={values.map((one, i) => ({ value: String(i), label: valueText(tell.i18n, one) }))} onChange={(event) => onChange(Number(event.currentTarget.value))} />
}

function Step({ step, at, first, value, tell, onOpen }: { step: ReturnType<typeof stepsOf>[number]; at: number; first: number; value: number; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const { name, people, lost } = step
  const number = at + 1
  const gone = numberText(tell, lost)
  const came = plural(people, { one: '# person', other: '# people' })
  const left = t`${gone} did not go on`
  const time = secondsText(tell, step.median_s)
  const before = shareText(tell, step.ofBefore)
  return (
    <li className="ex-step">
      <div className="ex-step-head">
        <span className="ex-step-no" aria-hidden="true">{number}</span>
        <strong className="pt-grow"><bdi>{name}</bdi></strong>
        {at > 0 && step.median_s !== null && <span className="pt-soft">{t`median ${time} from the step before`}</span>}
      </div>
      <div className="ex-step-bar">
        <span className="ex-bar-track" aria-hidden="true"><span className="ex-series-0" style={{ width: `${first > 0 ? (100 * people) / first : 0}%` }} /></span>
        <span className="ex-step-share">{shareText(tell, step.ofFirst)}</span>
      </div>
      <div className="ex-step-foot">
        {people > 0 ? <button type="button" className="ex-number" aria-label={`${came}: ${name}`} onClick={() => onOpen({ value, step: number }, name)}>{came}</button> : <span>{came}</span>}
        {at > 0 && <span className="pt-soft">{t`${before} of the step before`}</span>}
        {at > 0 && lost > 0 && <button type="button" className="ex-number ex-lost" aria-label={`${left}: ${name}`} onClick={() => onOpen({ value, step: number, dropped: true }, t`did not go on to ${name}`)}>{left}</button>}
      </div>
    </li>
  )
}

export function FunnelResult({ answer, tell, onOpen }: { answer: Funnel; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const [chosen, setChosen] = useState(0)
  const value = Math.min(chosen, Math.max(0, answer.data.length - 1))
  const row = answer.data[value]
  const table = useMemo(() => funnelOf(tell, answer, value), [tell, answer, value])
  const values = useMemo(() => funnelValues(tell, answer), [tell, answer])
  const steps = stepsOf(row?.steps ?? [])
  const first = steps[0]?.people ?? 0
  const whole = shareText(tell, steps.at(-1)?.ofFirst ?? null)
  return (
    <>
      <Twin
        label={t`Conversion`} note={t`${whole} from the first step to the last`} file="funnel" table={table} onOpen={onOpen}
        tools={<ValueChoice values={answer.data.map((one) => one.value)} value={value} tell={tell} onChange={setChosen} />}
      >
        <ol className="pt-items ex-steps">
          {steps.map((step, i) => <Step key={i} step={step} at={i} first={first} value={value} tell={tell} onOpen={onOpen} />)}
        </ol>
      </Twin>
      {answer.data.length > 1 && <Twin label={t`By value`} note={t`people, and their share of the first step’s`} file="funnel-values" table={values} heat onOpen={onOpen} />}
    </>
  )
}
