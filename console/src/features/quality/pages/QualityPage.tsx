// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Status, Time, ZoneNote } from '@/ui/bits'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Spark } from '@/ui/Spark'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { sourcesFeature } from '@/features/sources'
import { PeriodChoice, usePeriod } from '../components/PeriodChoice'
import { Compared, RateText } from '../components/RateCell'
import { along, MEASURES, type Measure, shareOf, timesOf } from '../figures'
import { type List, type Row, useQuality } from '../model'
import { measures, periods } from '../words'
import '../quality.css'

/** The largest share of each measure: sparklines of one column share it. */
function largest(rows: readonly Row[]): Record<Measure, number> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, Math.max(0, ...rows.flatMap((row) => row.series.map((point) => shareOf(point, measure) ?? 0)))])) as Record<Measure, number>
}

function Cell({ row, measure, times, max }: { row: Row; measure: Measure; times: readonly number[]; max: number }) {
  const { t, i18n } = useLingui()
  const name = i18n._(measures[measure].name)
  const values = along(times, row.series, (point) => shareOf(point, measure))
  return (
    <td data-label={name}>
      <span className="qu-cell">
        <RateText measure={measure} now={row.now[measure]} />
        <span className="qu-before"><Compared now={row.now[measure]} before={row.before[measure]} /></span>
        {values.some((value) => value !== null && value > 0) && <Spark values={values} max={max} label={t`${name} over the period`} width={88} height={18} />}
      </span>
    </td>
  )
}

function Line({ row, times, max, most, period }: { row: Row; times: readonly number[]; max: Record<Measure, number>; most: number; period: string }) {
  const { t } = useLingui()
  const format = useFormat()
  const received = along(times, row.series, (point) => point.received)
  const before = format.short(row.before.received)
  return (
    <tr>
      <th scope="row">
        <LinkTo href={`/sources/quality/${row.source.id}${period}`}><bdi>{row.source.name}</bdi></LinkTo>
        {!row.source.enabled && <Status tone="plain">{t`Disabled`}</Status>}
      </th>
      <td data-label={t`Received`}>
        <span className="qu-cell">
          <span className="qu-share" title={format.integer(row.now.received)}>{format.short(row.now.received)}</span>
          <span className="qu-before pt-faint">{t`before ${before}`}</span>
          {row.now.received > 0 && <Spark values={received} max={most} label={t`Received over the period`} width={88} height={18} />}
        </span>
      </td>
      {MEASURES.map((measure) => <Cell key={measure} row={row} measure={measure} times={times} max={max[measure]} />)}
    </tr>
  )
}

function Table({ first, rows }: { first: List; rows: readonly Row[] }) {
  const { t, i18n } = useLingui()
  const [url] = useUrl()
  const times = useMemo(() => timesOf(first.from, first.until, first.step), [first.from, first.until, first.step])
  const max = useMemo(() => largest(rows), [rows])
  const most = Math.max(0, ...rows.flatMap((row) => row.series.map((point) => point.received)))
  const period = url.period === undefined ? '' : `?period=${url.period}`
  return (
    <div className="qu-box" tabIndex={0} role="region" aria-label={t`Quality by source`}>
      <table className="qu-table">
        <thead>
          <tr>
            <th scope="col">{t`Source`}</th>
            <th scope="col" title={t`Events and quarantined records, each once`}>{t`Received`}</th>
            {MEASURES.map((measure) => <th key={measure} scope="col" title={i18n._(measures[measure].text)}>{i18n._(measures[measure].name)}</th>)}
          </tr>
        </thead>
        <tbody>{rows.map((row) => <Line key={row.source.id} row={row} times={times} max={max} most={most} period={period} />)}</tbody>
      </table>
    </div>
  )
}

function Between({ first }: { first: List }) {
  const { i18n } = useLingui()
  const period = i18n._(periods[usePeriod()])
  return <span className="pt-row"><span><Trans>Shares of what was received from <Time at={first.from} /> on, compared with the {period} before.</Trans></span> <ZoneNote /></span>
}

export function QualityPage() {
  const { t } = useLingui()
  const query = useQuality(usePeriod())
  const first = query.data?.pages[0]
  return (
    <Page title={t`Quality of sources`} note={first ? <Between first={first} /> : '\u00a0'} actions={<PeriodChoice />}>
      <AreaTabs of={sourcesFeature} />
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.data)
          return rows.length === 0 || first === undefined
            ? <Empty title={t`No source yet`} action={<ButtonLink href="/sources?add=1"><Trans>Add the first source</Trans></ButtonLink>}><Trans>For each source, how many of its events lack a field, come late, or contradict what is known.</Trans></Empty>
            : <Table first={first} rows={rows} />
        }}
      </Loaded>
      {query.hasNextPage && <div><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>More sources</Trans></Button></div>}
    </Page>
  )
}
