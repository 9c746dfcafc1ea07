// SPDX-License-Identifier: Apache-2.0
// Stickiness, lifecycle and sessions.
import { useLingui } from '@lingui/react/macro'
import { useElementSize } from '@mantine/hooks'
import { useMemo } from 'react'
import { type Lifecycle, type Sessions, type Stickiness, unitOf } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import type { Note } from '../model'
import { numberText, periodText, STAGES, shareText, tableOf, type Telling } from '../tables'
import { stages, units } from '../words'
import { Bars } from './Bars'
import { useMarks, useNoted } from './marks'
import { Lines } from './Segmentation'

export function StickinessResult({ answer, tell, onOpen }: { answer: Stickiness; tell: Telling; onOpen: Open }) {
  const { t, i18n } = useLingui()
  const table = useMemo(() => tableOf(tell, answer), [tell, answer])
  const all = answer.data.reduce((sum, row) => sum + row.people, 0)
  const unit = i18n._(units[unitOf(answer)])
  // nobody did it so often: those rows are in the table only
  const most = answer.data.findLastIndex((row) => row.people > 0)
  return (
    <Twin label={t`In how many periods`} note={t`Unit: ${unit}`} file="stickiness" table={table} onOpen={onOpen}>
      <Bars
        label={t`In how many periods`} onOpen={onOpen}
        bars={answer.data.slice(0, most + 1).flatMap((row, i) => {
          const figure = table.rows[i]?.figures[0]
          return figure === undefined ? [] : [{ key: String(row.periods), name: numberText(tell, row.periods), figure, note: shareText(tell, all > 0 ? row.people / all : null) }]
        })}
      />
    </Twin>
  )
}

const HEIGHT = 300
const FOOT = 22
const SIDE = 48

/** Those who came above the line, those who went quiet below it. */
function Stacks({ answer, tell, notes, onOpen }: { answer: Lifecycle; tell: Telling; notes: readonly Note[]; onOpen: Open }) {
  const { t, i18n } = useLingui()
  const { ref, width } = useElementSize()
  const marks = useMarks(notes, answer.range.zone)
  const unit = unitOf(answer)
  const above = STAGES.filter((stage) => stage !== 'dormant')
  const up = Math.max(1, ...answer.data.map((row) => above.reduce((sum, stage) => sum + row[stage], 0)))
  const down = Math.max(0, ...answer.data.map((row) => row.dormant))
  const scale = (HEIGHT - FOOT - 8) / (up + down)
  const zero = 8 + up * scale
  const step = (width - SIDE) / Math.max(1, answer.data.length)
  const bar = Math.max(1, Math.min(48, step * 0.7))
  const nth = Math.max(1, Math.ceil(80 / Math.max(1, step)))
  const at = (k: number) => SIDE + k * step + (step - bar) / 2
  const edges = answer.periods.map((one) => Date.parse(one))
  return (
    <>
      <ul className="pt-items ex-legend">
        {STAGES.map((stage, i) => <li key={stage}><span className={`ex-key ex-series-${i}`} aria-hidden="true" />{i18n._(stages[stage].title)} <span className="pt-faint">{i18n._(stages[stage].means)}</span></li>)}
      </ul>
      <div ref={ref} className="pt-ltr">
        {width > 0 && (
          <svg className="ex-stacks" width={width} height={HEIGHT} role="img" aria-label={t`People by stage and period; the table has the same figures`}>
            <text className="ex-axis" x={SIDE - 8} y={16} textAnchor="end">{tell.format.short(up)}</text>
            <text className="ex-axis" x={SIDE - 8} y={zero + 4} textAnchor="end">0</text>
            {down > 0 && <text className="ex-axis" x={SIDE - 8} y={HEIGHT - FOOT} textAnchor="end">{tell.format.short(-down)}</text>}
            {answer.data.map((row, k) => {
              let y = zero
              const head = periodText(tell, unit, answer.periods[k] ?? 0)
              return (
                <g key={k}>
                  {STAGES.map((stage, i) => {
                    const size = row[stage] * scale
                    const top = stage === 'dormant' ? zero + 1 : (y -= size)
                    const of = `${i18n._(stages[stage].title)}, ${head}`
                    return row[stage] === 0 ? null : (
                      <rect key={stage} className={`ex-stage ex-fill-${i}`} x={at(k)} y={top} width={bar} height={Math.max(1, size - 1)} onClick={() => onOpen({ period: k, state: stage }, of)}><title>{`${of}: ${numberText(tell, row[stage])}`}</title></rect>
                    )
                  })}
                  {(answer.data.length - 1 - k) % nth === 0 && <text className="ex-axis" x={k === answer.data.length - 1 ? width : at(k) + bar / 2} y={HEIGHT - 4} textAnchor={k === answer.data.length - 1 ? 'end' : 'middle'}>{head}</text>}
                </g>
              )
            })}
            <path className="ex-zero" d={`M${SIDE} ${zero + 0.5}H${width}`} />
            {marks.map((mark) => {
              const k = edges.findLastIndex((edge) => edge <= mark.at)
              return k < 0 ? null : <g key={`${mark.at} ${mark.name}`}><path className="ex-mark" d={`M${at(k) - 2} 4V${HEIGHT - FOOT}`} /><text x={at(k) + 2} y={12}>{mark.name}</text></g>
            })}
          </svg>
        )}
      </div>
    </>
  )
}

export function LifecycleResult({ answer, tell, notes, onOpen }: { answer: Lifecycle; tell: Telling; notes: readonly Note[]; onOpen: Open }) {
  const { t } = useLingui()
  const figures = useMemo(() => tableOf(tell, answer), [tell, answer])
  const table = useNoted(figures, notes, answer.range)
  return (
    <Twin label={t`People by stage`} file="lifecycle" table={table} newestFirst onOpen={onOpen}>
      <Stacks answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
    </Twin>
  )
}

export function SessionsResult({ answer, tell, notes, onOpen }: { answer: Sessions; tell: Telling; notes: readonly Note[]; onOpen: Open }) {
  const { t } = useLingui()
  const figures = useMemo(() => tableOf(tell, answer), [tell, answer])
  const table = useNoted(figures, notes, answer.range)
  const marks = useMarks(notes, answer.range.zone)
  const lines = useMemo(() => [{ name: t`Sessions`, values: answer.data.map((row) => row.sessions) }, { name: t`People`, values: answer.data.map((row) => row.people) }], [answer, t])
  return (
    <Twin label={t`Sessions and people`} note={t`lengths are in the table`} file="sessions" table={table} newestFirst onOpen={onOpen}>
      <Lines
        label={t`Sessions and people`} tell={tell} unit={unitOf(answer)} periods={answer.periods} lines={lines} marks={marks}
        onPick={(_, period) => {
          const figure = table.rows[period]?.figures[1]
          if (figure?.cell) onOpen(figure.cell, figure.of ?? '')
        }}
      />
    </Twin>
  )
}
