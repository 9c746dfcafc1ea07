// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useElementSize } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { curveOf, type Retention, unitOf } from '../answer'
import { Figures, type Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import type { Note } from '../model'
import { backNames, retentionOf, shareText, type Telling } from '../tables'
import { units } from '../words'
import { ValueChoice } from './Funnel'
import { useNoted } from './marks'

const HEIGHT = 180
const FOOT = 20
const SIDE = 34

/** How all cohorts did together: from 0 to the largest share. */
function Curve({ answer, value, tell }: { answer: Retention; value: number; tell: Telling }) {
  const { t } = useLingui()
  const { ref, width } = useElementSize()
  const curve = curveOf(answer.data[value]?.cohorts ?? [])
  const names = backNames(tell, answer, curve.length)
  const most = Math.max(0.01, ...curve.map((one) => one ?? 0))
  // the way the table below it is read
  const turned = document.documentElement.dir === 'rtl'
  const along = (k: number) => SIDE + (curve.length > 1 ? (k * (width - 2 * SIDE)) / (curve.length - 1) : 0)
  const x = (k: number) => (turned ? width - along(k) : along(k))
  const y = (part: number) => HEIGHT - FOOT - (part / most) * (HEIGHT - FOOT - 24)
  const points = curve.flatMap((part, k) => (part === null ? [] : [{ part, k }]))
  // as many names as there is room for
  const nth = Math.max(1, Math.ceil((curve.length * 48) / Math.max(1, width)))
  return (
    <div ref={ref}>
      <svg className="ex-curve" width={width} height={HEIGHT} role="img" aria-label={t`Share of people who came back, all cohorts together`}>
        <path className="ex-zero" d={`M${SIDE} ${y(0)}H${Math.max(SIDE, width - SIDE)}`} />
        <path className="ex-curve-line" d={points.map(({ part, k }, i) => `${i === 0 ? 'M' : 'L'}${x(k).toFixed(1)} ${y(part).toFixed(1)}`).join('')} />
        {points.map(({ part, k }) => (
          <g key={k}>
            <circle className="ex-curve-dot" cx={x(k)} cy={y(part)} r="3" />
            {k % nth === 0 && <text x={x(k)} y={y(part) - 8} textAnchor="middle">{shareText(tell, part)}</text>}
            {k % nth === 0 && <text className="ex-axis" x={x(k)} y={HEIGHT - 4} textAnchor="middle">{names[k]}</text>}
          </g>
        ))}
      </svg>
    </div>
  )
}

export function RetentionResult({ answer, tell, notes, onOpen }: { answer: Retention; tell: Telling; notes: readonly Note[]; onOpen: Open }) {
  const { t, i18n } = useLingui()
  const [chosen, setChosen] = useState(0)
  const value = Math.min(chosen, Math.max(0, answer.data.length - 1))
  const figures = useMemo(() => retentionOf(tell, answer, value), [tell, answer, value])
  const table = useNoted(figures, notes, answer.range)
  const unit = i18n._(units[unitOf(answer)])
  return (
    <Twin
      label={t`Came back`} note={t`of those who began in the same period; 0 is that period itself. Unit: ${unit}`} file="retention" table={table} heat onOpen={onOpen}
      tools={<ValueChoice values={answer.data.map((one) => one.value)} value={value} tell={tell} onChange={setChosen} />}
    >
      <Curve answer={answer} value={value} tell={tell} />
      <Figures label={t`Cohorts`} table={table} heat onOpen={onOpen} />
    </Twin>
  )
}
