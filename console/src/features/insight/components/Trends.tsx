// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { Time } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { type Cell, clockOf } from '../figures'
import type { Figures } from '../model'

function Incidents({ list }: { list: Figures['incidents'] }) {
  const { t } = useLingui()
  return (
    <Panel title={t`Major incidents in this time`}>
      <ul className="in-incidents">
        {list.map((one) => (
          <li key={one.key}>
            <LinkTo href={`/desk/${one.key}`}><span className="pt-ltr">{one.key}</span></LinkTo> <bdi>{one.category}</bdi> {one.store !== '' && <bdi className="pt-faint">{one.store}</bdi>}{' '}
            <span className="pt-soft">{one.resolved_at === null ? <Trans>since <Time at={one.opened_at} />, still open</Trans> : <Trans><Time at={one.opened_at} /> to <Time at={one.resolved_at} /></Trans>}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** Each figure over time, with major incidents as marks: below them the same in words. */
export function Trends({ of }: { of: Figures }) {
  const { t } = useLingui()
  const format = useFormat()
  const times = useMemo(() => of.periods.map((one) => Date.parse(one.from)), [of])
  const marks = useMemo(() => of.incidents.map((one) => ({ at: Date.parse(one.opened_at), name: one.key })), [of])
  const share = (value: number) => format.percent(value, 0)
  const charts: { label: string; value: (cell: Cell) => number | null; write: (value: number) => string }[] = [
    { label: t`First contact resolution`, value: (cell) => cell.fcr.share, write: share },
    { label: t`Mean time to resolve`, value: (cell) => (cell.mttr.mean_s === null ? null : cell.mttr.mean_s / 3600), write: (hours) => format.duration(hours * 3600000) },
    { label: t`Promises kept`, value: (cell) => clockOf(cell, 'resolution').share, write: share },
    { label: t`Satisfaction`, value: (cell) => cell.csat.share, write: share },
  ]
  return (
    <>
      <div className="in-charts">
        {charts.map(({ label, value, write }) => (
          <Panel key={label}>
            <Chart label={label} times={times} height={150} lines={[{ name: label, values: of.periods.map((one) => value(one.cell)) }]} write={write} marks={marks} />
          </Panel>
        ))}
      </div>
      {of.incidents.length > 0 && <Incidents list={of.incidents} />}
    </>
  )
}
