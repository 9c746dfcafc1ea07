// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Empty, Failed, Skeleton } from '@/ui/states'
import type { Profile, useTimeline } from '../model'
import { money } from '../money'
import { type Entry, type Order, orderOf } from '../sessions'
import { channelIcon, channelName } from '../words'

function useColumns(): Column<Order>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => {
    const sum = (o: Order) => (o.total === null ? '–' : money(format.locale, o.currency, o.refund && !o.total.startsWith('-') ? `-${o.total}` : o.total))
    const channel = (o: Order) => channelName(i18n, o.entry.channel)
    return [
      { id: 'at', title: t`When`, cell: (o) => <Time at={o.entry.at} />, value: (o) => o.entry.at, width: '215px' },
      { id: 'id', title: t`Order`, main: true, cell: (o) => <span className="pt-ltr">{o.id || '–'}</span>, value: (o) => o.id, width: 'minmax(120px, 1fr)' },
      { id: 'kind', title: t`What`, cell: (o) => (o.refund ? <Status tone="warn">{t`Refund`}</Status> : <Status tone="plain">{t`Order`}</Status>), value: (o) => (o.refund ? 'refund' : 'order'), width: '110px' },
      { id: 'channel', title: t`Channel`, cell: (o) => <span className="cu-channel"><Icon name={channelIcon(o.entry.channel)} size={14} />{channel(o)}</span>, value: channel, width: '140px' },
      { id: 'items', title: t`Items`, cell: (o) => (o.items === null ? '–' : format.integer(o.items)), value: (o) => o.items, numeric: true, width: '80px' },
      { id: 'total', title: t`Sum`, cell: (o) => <bdi>{sum(o)}</bdi>, value: (o) => (o.total === null ? null : Number(o.total)), numeric: true, width: '130px' },
    ]
  }, [t, i18n, format])
}

export function Orders({ profile, query, entries }: { profile: Profile; query: ReturnType<typeof useTimeline>; entries: readonly Entry[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const orders = useMemo(() => entries.map(orderOf).filter((order) => order !== null).sort((a, b) => b.entry.at - a.entry.at), [entries])
  const loaded = format.integer(entries.length)
  const all = format.integer(Math.max(profile.events, entries.length))
  const counted = profile.values.reduce((sum, value) => sum + value.orders + value.refunds, 0)
  if (query.data === undefined) return query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={6} />
  return (
    <div className="pt-stack">
      {profile.values.length > 0 && (
        <dl className="cu-figures">
          {profile.values.map((value) => (
            <div key={value.currency}>
              <dt className="pt-soft">{value.currency}</dt>
              <dd className="pt-figure-value"><bdi>{money(format.locale, value.currency, value.amount)}</bdi></dd>
              <dd className="pt-figure-note">{plural(value.orders, { one: '# order', other: '# orders' })}, {plural(value.refunds, { one: '# refund', other: '# refunds' })}, {t`of all time`}</dd>
            </div>
          ))}
        </dl>
      )}
      <DataTable
        label={t`Orders`} columns={columns} rows={orders} rowId={(o) => String(o.entry.position)} csv="orders" storageKey="customer-orders" openId={url.event ?? null} onOpen={(o) => setUrl({ event: o.entry.position })}
        tools={(
          <span className="pt-row pt-soft">
            {query.hasNextPage ? <span>{t`Found in the newest ${loaded} of ${all} events.`}</span> : <span>{t`All ${loaded} events were looked at.`}</span>}
            {query.hasNextPage && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>Look further back</Trans></Button>}
          </span>
        )}
        empty={<Empty title={query.hasNextPage && counted > 0 ? t`No order among the newest events` : t`No order yet`}>{query.hasNextPage && counted > 0 ? <Trans>The sums above are of all time; the orders themselves are further back.</Trans> : <Trans>Orders appear with the events Order Completed and Order Refunded.</Trans>}</Empty>}
      />
    </div>
  )
}
