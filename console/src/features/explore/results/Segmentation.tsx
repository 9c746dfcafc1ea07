// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import type { Line } from '@/ui/Chart'
import { type Segmentation, unitOf } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import type { Note } from '../model'
import { lineName, linesOf, numberText, periodText, tableOf, type Telling } from '../tables'
import { Bars } from './Bars'
import { useMarks, useNoted } from './marks'

const Plot = lazy(() => import('@/ui/Plot').then((m) => ({ default: m.Plot })))
const HEIGHT = 320
/** More lines than that are told apart by nobody: the table has the others. */
const LINES_MAX = 8

/** Lines over the periods of an answer, drawn by the chart of the kit. */
export function Lines({ label, tell, unit, periods, lines, marks, onPick }: {
  label: string
  tell: Telling
  unit: ReturnType<typeof unitOf>
  periods: readonly string[]
  lines: readonly Line[]
  marks: readonly { at: number; name: string }[]
  onPick: (line: number, period: number) => void
}) {
  const times = useMemo(() => periods.map((at) => Date.parse(at)), [periods])
  return (
    <Suspense fallback={<div style={{ height: HEIGHT }} />}>
      <div className="ex-plot">
        <Plot
          label={label} times={times} lines={lines} height={HEIGHT} marks={marks} write={(value) => numberText(tell, value)} writeTime={(at) => periodText(tell, unit, at)}
          onPick={onPick}
        />
      </div>
    </Suspense>
  )
}

export function SegmentationResult({ answer, earlier, tell, notes, tools, onOpen }: {
  answer: Segmentation
  earlier: Segmentation | null
  tell: Telling
  notes: readonly Note[]
  tools: ReactNode
  onOpen: Open
}) {
  const { t } = useLingui()
  const figures = useMemo(() => tableOf(tell, answer), [tell, answer])
  const table = useNoted(figures, notes, answer.range)
  const all = useMemo(() => linesOf(answer), [answer])
  const drawn = useMemo(() => all.slice(0, LINES_MAX), [all])
  const marks = useMarks(notes, answer.range.zone)
  const lines = useMemo(() => {
    const own: Line[] = drawn.map((line) => ({ name: lineName(tell, answer, line.value, line.series), values: line.values }))
    const past = earlier === null ? [] : drawn.flatMap((line, i): Line[] => {
      // the same value of a breakdown, wherever it stands now
      const value = earlier.data.findIndex((row) => row.value === answer.data[line.value]?.value)
      const values = earlier.data[value]?.series[line.series]?.values
      const name = own[i]?.name ?? ''
      return values === undefined ? [] : [{ name: drawn.length > 1 ? t`${name}, before` : t`the time before`, values: answer.periods.map((_, k) => values[k] ?? null), beside: i }]
    })
    return [...own, ...past]
  }, [drawn, tell, answer, earlier, t])
  const unit = unitOf(answer)
  const left = all.length - drawn.length
  const names = all.length === 1 ? (lines[0]?.name ?? '') : t`Over time`
  const note = left > 0 && answer.periods.length > 1 ? t`the ${LINES_MAX} largest lines; the table has all` : undefined
  const pick = (line: number, period: number) => {
    const figure = table.rows[period]?.figures[line]
    if (figure?.cell) onOpen(figure.cell, figure.of ?? '')
  }
  return (
    <Twin label={answer.periods.length > 1 ? names : t`Over the whole range`} note={note} file="trend" table={table} tools={answer.periods.length > 1 && tools} newestFirst={answer.periods.length > 1} onOpen={onOpen}>
      {answer.periods.length > 1
        ? <Lines label={names} tell={tell} unit={unit} periods={answer.periods} lines={lines} marks={marks} onPick={pick} />
        : <Bars label={t`Over the whole range`} onOpen={onOpen} bars={all.flatMap((line, i) => {
          const figure = table.rows[0]?.figures[i]
          return figure === undefined ? [] : [{ key: `${line.value} ${line.series}`, name: lineName(tell, answer, line.value, line.series), figure, series: answer.series.length > 1 ? line.series : 0 }]
        }).sort((a, b) => a.series - b.series || Number(b.figure.raw) - Number(a.figure.raw))} />}
    </Twin>
  )
}
