// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { type Column, DataTable } from '@/ui/DataTable'
import { SidePanel } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { hourly } from '../draft'
import { useSeries, useTop, useViolating, type Violation } from '../model'

const SPANS = { day: 24, week: 168 } as const

function idOf(v: Violation): string {
  return [v.source_id, v.type, v.name, v.path, v.keyword].join('\n')
}

function useColumns(): Column<Violation>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'event', title: t`Event`, main: true, cell: (v) => <bdi>{v.name || v.type}</bdi>, value: (v) => v.name || v.type, width: 'minmax(130px, 1fr)' },
    { id: 'path', title: t`Place`, cell: (v) => <code className="pt-ltr">{v.path || '/'}</code>, value: (v) => v.path, width: 'minmax(150px, 1.2fr)' },
    { id: 'keyword', title: t`Keyword`, cell: (v) => <code className="pt-ltr">{v.keyword}</code>, value: (v) => v.keyword, width: '160px' },
    { id: 'warned', title: t`Flagged`, cell: (v) => format.integer(v.warned), value: (v) => v.warned, numeric: true, width: '100px' },
    { id: 'quarantined', title: t`Kept aside`, cell: (v) => format.integer(v.quarantined), value: (v) => v.quarantined, numeric: true, width: '110px' },
    { id: 'source', title: t`Source`, cell: (v) => <bdi>{v.source ?? t`deleted`}</bdi>, value: (v) => v.source, width: 'minmax(90px, 0.7fr)' },
    { id: 'last', title: t`Last`, cell: (v) => <Time at={v.last_at} style="ago" />, value: (v) => v.last_at, width: '140px' },
  ], [t, format])
}

/** Events with this violation, newest first. */
function Events({ of, hours, onClose }: { of: Violation; hours: number; onClose: () => void }) {
  const { t } = useLingui()
  const query = useViolating({ plan: of.plan, type: of.type, name: of.name === '(other)' ? '' : of.name, path: of.path, keyword: of.keyword }, hours)
  return (
    <SidePanel title={of.name || of.type} onClose={onClose}>
      <p className="pt-soft"><code className="pt-ltr">{of.path || '/'} {of.keyword}</code></p>
      <Loaded query={query}>
        {(data) => {
          const events = data.pages.flatMap((page) => page.data)
          if (events.length === 0) return <Empty title={t`None of them is in the log any more`} />
          return (
            <ul className="pl-list">
              {events.map((e) => (
                <li key={e.position}>
                  <LinkTo href={e.class === 'quarantine' ? `/quarantine?position=${e.position}` : `/live?event=${e.position}`}><Time at={e.received_at} /></LinkTo>
                  <Status tone={e.class === 'quarantine' ? 'bad' : 'warn'}>{e.class === 'quarantine' ? t`Kept aside` : t`Flagged`}</Status>
                  <bdi className="pt-soft">{e.violations.find((v) => v.keyword === of.keyword)?.message}</bdi>
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
      {query.hasNextPage && <button type="button" className="pl-more" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>Show more</Trans></button>}
    </SidePanel>
  )
}

export function Violations({ plan }: { plan: string }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const span = url.span === 'week' ? 'week' : 'day'
  const hours = SPANS[span]
  const series = useSeries({ plan, hours })
  const top = useTop(plan, hours)
  const columns = useColumns()
  const mayEvents = useMay('events.read')
  const chosen = top.data?.find((v) => idOf(v) === url.violation)
  return (
    <div className="pt-stack">
      <SegmentedControl
        aria-label={t`Period`} value={span} onChange={(value) => setUrl({ span: value === 'week' ? 'week' : null, violation: null })} className="pl-view"
        data={[{ value: 'day', label: t`Last 24 hours` }, { value: 'week', label: t`Last 7 days` }]}
      />
      <Panel>
        <Loaded query={series} rows={5}>
          {(points) => {
            const warned = hourly(points, hours, Date.now(), (p) => p.warned)
            const kept = hourly(points, hours, Date.now(), (p) => p.quarantined)
            return (
              <Chart
                label={t`Violating events by the hour`} unit={t`events`} times={warned.times} height={180} write={(n) => String(Math.round(n))}
                lines={[{ name: t`Flagged`, values: warned.values }, { name: t`Kept aside`, values: kept.values }]}
              />
            )
          }}
        </Loaded>
      </Panel>
      <Loaded query={top}>
        {(rows) => (
          <div className="pl-split">
            <DataTable
              label={t`What is violated most`} columns={columns} rows={rows} rowId={idOf} csv="violations" storageKey="violations" openId={url.violation ?? null} maxRows={14}
              {...(mayEvents ? { onOpen: (v: Violation) => setUrl({ violation: idOf(v) }) } : {})}
              empty={<Empty title={t`Nothing was violated in this time`} />}
            />
            {chosen && <Events key={idOf(chosen)} of={chosen} hours={hours} onClose={() => setUrl({ violation: null })} />}
          </div>
        )}
      </Loaded>
    </div>
  )
}
