// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import type { Line } from '@/ui/Chart'
import { type Compare, type Segmentation, unitOf } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import { among, amongTable, answerOf, compareTable, type Share, sharesOf } from '../compare'
import type { Note } from '../model'
import { betweenText, pointsText, scaleOf } from '../sure'
import { lineName, linesOf, numberText, shareText, tableOf, type Telling } from '../tables'
import { useMarks, useNoted } from './marks'
import { Lines } from './Segmentation'
import { Track } from './Track'

type Props = { answer: Compare; tell: Telling; notes: readonly Note[]; onOpen: Open }

/** Of each share a bar of each cohort, with the band in which it lies. */
function Groups({ answer, shares, tell, onOpen }: { answer: Compare; shares: readonly Share[]; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const full = Math.max(0.01, ...shares.flatMap((share) => share.parts.map((part) => part.high ?? 0)))
  const wide = (part: number) => `${((100 * part) / full).toFixed(2)}%`
  return (
    <ul className="pt-items ex-steps">
      {shares.map(({ key, name, item, parts }) => (
        <li key={key}>
          <p className="ex-group">{name}</p>
          <ul className="pt-items ex-bars" aria-label={name}>
            {parts.map((part, cohort) => {
              const who = answer.cohorts[cohort]?.name ?? ''
              const of = `${who}: ${name}`
              const people = plural(part.count, { one: '# person', other: '# people' })
              const step = item.step
              return (
                <li key={who}>
                  <span className="ex-bar-name"><bdi title={who}>{who}</bdi></span>
                  <span className="ex-bar-track" aria-hidden="true">
                    <span className={`ex-series-${cohort % 4}`} style={{ width: wide(part.rate ?? 0) }} />
                    {part.low !== null && part.high !== null && <span className="ex-bar-band" style={{ insetInlineStart: wide(part.low), width: wide(part.high - part.low) }} />}
                  </span>
                  <span className="ex-bar-value">
                    <strong>{shareText(tell, part.rate)}</strong>{' '}
                    {step === undefined || part.count === 0 ? <span className="pt-soft">{people}</span> : <button type="button" className="ex-number" aria-label={t`${people}: people behind ${of}`} onClick={() => onOpen(among(cohort, { step }), of)}>{people}</button>}
                  </span>
                </li>
              )
            })}
          </ul>
        </li>
      ))}
    </ul>
  )
}

const HEIGHT = 220
const FOOT = 20
const SIDE = 40

/** How each cohort came back: a line of each, and the band in which it lies. */
function Curves({ answer, shares, tell }: { answer: Compare; shares: readonly Share[]; tell: Telling }) {
  const { t } = useLingui()
  const { ref, width } = useElementSize()
  const turned = document.documentElement.dir === 'rtl'
  const most = Math.max(0.01, ...shares.flatMap((share) => share.parts.map((part) => part.high ?? 0)))
  const along = (k: number) => SIDE + (shares.length > 1 ? (k * Math.max(0, width - 2 * SIDE)) / (shares.length - 1) : 0)
  const x = (k: number) => (turned ? width - along(k) : along(k))
  const y = (part: number) => HEIGHT - FOOT - (part / most) * (HEIGHT - FOOT - 12)
  const point = (k: number, part: number) => `${x(k).toFixed(1)} ${y(part).toFixed(1)}`
  const nth = Math.max(1, Math.ceil((shares.length * 48) / Math.max(1, width)))
  return (
    <>
      <ul className="pt-items ex-legend">
        {answer.cohorts.map((one, i) => <li key={one.name}><span className={`ex-key ex-line-${i % 5}`} aria-hidden="true" /><bdi>{one.name}</bdi></li>)}
      </ul>
      <div ref={ref}>
        {width > 0 && (
          <svg className="ex-curve" width={width} height={HEIGHT} role="img" aria-label={t`Share of people who came back, by cohort; the table has the same figures`}>
            <text className="ex-axis" x={turned ? width - SIDE + 8 : SIDE - 8} y={y(most) + 4} textAnchor="end">{shareText(tell, most)}</text>
            <text className="ex-axis" x={turned ? width - SIDE + 8 : SIDE - 8} y={y(0) + 4} textAnchor="end">0</text>
            <path className="ex-zero" d={`M${SIDE} ${y(0)}H${width - SIDE}`} />
            {answer.cohorts.map((one, cohort) => {
              const points = shares.flatMap(({ parts }, k) => {
                const part = parts[cohort]
                return part === undefined || part.rate === null || part.low === null || part.high === null ? [] : [{ k, rate: part.rate, low: part.low, high: part.high }]
              })
              return (
                <g key={one.name} className={`ex-cohort-${cohort % 5}`}>
                  {points.length > 0 && <path className="ex-curve-band" d={`M${[...points.map((p) => point(p.k, p.high)), ...points.toReversed().map((p) => point(p.k, p.low))].join('L')}Z`} />}
                  <path className="ex-curve-line" d={points.map((p, i) => `${i === 0 ? 'M' : 'L'}${point(p.k, p.rate)}`).join('')} />
                  {points.map((p) => <circle key={p.k} className="ex-curve-dot" cx={x(p.k)} cy={y(p.rate)} r="2.5"><title>{`${one.name}, ${shares[p.k]?.name ?? ''}: ${shareText(tell, p.rate)}`}</title></circle>)}
                </g>
              )
            })}
            {shares.map((share, k) => (k % nth === 0 ? <text key={share.key} className="ex-axis" x={x(k)} y={HEIGHT - 4} textAnchor="middle">{numberText(tell, k)}</text> : null))}
          </svg>
        )}
      </div>
    </>
  )
}

/** Between the first cohort and each other one. */
function Differences({ answer, shares, tell }: { answer: Compare; shares: readonly Share[]; tell: Telling }) {
  const { t } = useLingui()
  const scale = useMemo(() => scaleOf(shares.flatMap((share) => share.differences)), [shares])
  const first = answer.cohorts[0]?.name ?? ''
  return (
    <>
      {answer.differences.map(({ cohort, overlap }, i) => {
        const name = answer.cohorts[cohort]?.name ?? ''
        const both = plural(overlap, { one: '# person is in both, so that the interval is rough', other: '# people are in both, so that the interval is rough' })
        return (
          <section key={cohort} className="ex-differences">
            <h2><Trans><bdi>{name}</bdi> less <bdi>{first}</bdi></Trans></h2>
            {overlap > 0 && <p className="pt-soft ex-small">{both}</p>}
            <ul className="pt-items ex-sure">
              {shares.map((share) => {
                const one = share.differences[i] ?? { difference: null, low: null, high: null, p: null, distinct: null }
                const between = betweenText(tell, one)
                return (
                  <li key={share.key} data-soft={one.distinct !== true}>
                    <span className="ex-sure-name">{share.name}</span>
                    <Track between={one} scale={scale} tone={one.distinct === true ? 'plain' : 'soft'} />
                    <span className="ex-sure-value"><strong>{pointsText(tell, one.difference)}</strong> <span className="pt-soft">{between ?? t`nobody on one side`}</span> <span className="pt-soft">{one.distinct === false && t`may be chance`}</span></span>
                  </li>
                )
              })}
            </ul>
          </section>
        )
      })}
    </>
  )
}

function Trends({ answer, tell, notes, onOpen }: Props) {
  const { t } = useLingui()
  const marks = useMarks(notes, answer.range.zone)
  const parts = useMemo(() => answer.cohorts.map((one, cohort) => ({ name: one.name, own: answerOf(answer, cohort) as Segmentation })), [answer])
  const own = parts[0]?.own
  const many = (own?.series.length ?? 0) > 1
  const lines = useMemo(() => parts.flatMap(({ name, own: each }, cohort) => linesOf(each).map((line) => ({ cohort, series: line.series, name: many ? `${name} · ${lineName(tell, each, line.value, line.series)}` : name, values: line.values }))), [parts, tell, many])
  const plain = useMemo<FigureRows>(() => {
    const tables = parts.map(({ name, own: each }, cohort) => amongTable(cohort, name, tableOf(tell, each)))
    const [head = ''] = tables[0]?.columns ?? []
    return { columns: [head, ...lines.map((line) => line.name)], rows: (tables[0]?.rows ?? []).map((row, r) => ({ ...row, figures: tables.flatMap((table) => table.rows[r]?.figures ?? []) })) }
  }, [parts, tell, lines])
  const table = useNoted(plain, notes, answer.range)
  if (own === undefined) return null
  const drawn = own.periods.length > 1
  return (
    <Twin label={t`By cohort`} note={t`Totals are no shares: no interval can be given.`} file="compare" table={table} newestFirst={drawn} onOpen={onOpen}>
      {drawn ? (
        <Lines
          label={t`By cohort`} tell={tell} unit={unitOf(own)} periods={own.periods} marks={marks} lines={lines.map<Line>(({ name, values }) => ({ name, values }))}
          onPick={(line, period) => {
            const figure = table.rows[period]?.figures[line]
            if (figure?.cell) onOpen(figure.cell, figure.of ?? '')
          }}
        />
      ) : undefined}
    </Twin>
  )
}
type FigureRows = ReturnType<typeof tableOf>

/** What the answer of one cohort would be, with the people behind it. */
function Alone({ answer, tell, onOpen }: Omit<Props, 'notes'>) {
  const { t } = useLingui()
  const [chosen, setChosen] = useState(0)
  const cohort = Math.min(chosen, answer.cohorts.length - 1)
  const name = answer.cohorts[cohort]?.name ?? ''
  const table = useMemo(() => amongTable(cohort, name, tableOf(tell, answerOf(answer, cohort))), [answer, tell, cohort, name])
  return (
    <Twin
      label={t`One cohort`} file="cohort" table={table} heat={answer.of === 'retention'} onOpen={onOpen}
      tools={<NativeSelect size="xs" aria-label={t`Cohort shown`} value={String(cohort)} data={answer.cohorts.map((one, i) => ({ value: String(i), label: one.name }))} onChange={(event) => setChosen(Number(event.currentTarget.value))} />}
    />
  )
}

export function CompareResult({ answer, tell, notes, onOpen }: Props) {
  const { t } = useLingui()
  const table = useMemo(() => compareTable(tell, answer), [tell, answer])
  const shares = useMemo(() => sharesOf(tell, answer), [tell, answer])
  if (answer.of === 'segmentation') return <Trends answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
  // of the step before stands with the differences: two bars of one step are one too many
  const bars = shares.filter((share) => share.item.of !== 'step')
  return (
    <>
      <Twin label={t`Cohorts beside each other`} note={t`bands: where a share lies, at 95 %`} file="compare" table={table} onOpen={onOpen}>
        {answer.of === 'retention' ? <Curves answer={answer} shares={shares} tell={tell} /> : <Groups answer={answer} shares={bars} tell={tell} onOpen={onOpen} />}
        <Differences answer={answer} shares={shares} tell={tell} />
      </Twin>
      <Alone answer={answer} tell={tell} onOpen={onOpen} />
    </>
  )
}
