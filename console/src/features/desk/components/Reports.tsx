// SPDX-License-Identifier: Apache-2.0
// Who reported it, from where; a report that is something else becomes a ticket of its own.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { Time } from '@/ui/bits'
import { Empty, errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { merge, part } from '../edits'
import { type Report, type Ticket, useReports } from '../model'
import { Scroll } from './Scroll'

function PartButton({ ticket, report }: { ticket: Ticket; report: Report }) {
  const { t } = useLingui()
  async function run() {
    try {
      const { ticket: own } = await part(ticket.key, report.report)
      toast({ text: t`${own.key} is a ticket of its own now`, undo: () => merge(own.key, ticket.key) })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    }
  }
  return <Button size="compact-xs" onClick={() => void run()} aria-label={t`Part the report of ${report.requester}, number ${report.report}`}><Trans>Part</Trans></Button>
}

/** Stores, and how many reports each has sent. */
function Stores({ reports }: { reports: readonly Report[] }) {
  const { t } = useLingui()
  const counts = useMemo(() => {
    const all = new Map<string, { reports: number; tills: Set<string> }>()
    for (const { store, till } of reports) {
      const one = all.get(store) ?? { reports: 0, tills: new Set<string>() }
      one.reports += 1
      if (till !== '') one.tills.add(till)
      all.set(store, one)
    }
    return [...all].sort(([, a], [, b]) => b.reports - a.reports)
  }, [reports])
  return (
    <ul className="pt-items dk-stores" aria-label={t`Stores`}>
      {counts.map(([store, { reports: count, tills }]) => (
        <li key={store}><span className="dk-store"><bdi>{store === '' ? t`no store` : store}</bdi></span> <span className="pt-faint">{tills.size === 0 ? t`reports: ${count}` : t`reports: ${count}, tills: ${[...tills].join(', ')}`}</span></li>
      ))}
    </ul>
  )
}

export function Reports({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const go = useGo()
  const may = useMay('desk.write')
  const query = useReports(ticket)
  const reports = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  return (
    <Loaded query={query} rows={5}>
      {() => (reports.length === 0 ? <Empty title={t`Nobody reported it`} /> : (
        <>
          <Stores reports={reports} />
          <Scroll label={t`Reports`}>
            <table className="dk-table">
              <thead><tr><th scope="col">{t`When`}</th><th scope="col">{t`Where`}</th><th scope="col">{t`Who`}</th><th scope="col">{t`What they say`}</th><th scope="col"><span className="pt-hidden">{t`Part`}</span></th></tr></thead>
              <tbody>
                {reports.map((one) => (
                  <tr key={one.report}>
                    <td><Time at={one.at} /></td>
                    <td><bdi>{one.till === '' ? one.store : t`${one.store}, till ${one.till}`}</bdi></td>
                    <td>{one.requester === '' ? <span className="pt-faint"><bdi>{one.by}</bdi></span> : <button type="button" className="dk-link" onClick={() => go(`/desk?view=all&q=${encodeURIComponent(one.requester)}`)}><bdi>{one.requester}</bdi></button>}</td>
                    <td className="dk-pre"><bdi>{one.text}</bdi></td>
                    <td>{may && ticket.reports > 1 && <PartButton ticket={ticket} report={one} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {query.hasNextPage && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>More reports</Trans></Button>}
        </>
      ))}
    </Loaded>
  )
}
