// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Switch } from '@mantine/core'
import { useMemo } from 'react'
import { useGo, useUrl } from '@/base/url'
import { Mono, Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { attempt } from '@/ui/toast'
import { markAllRead, markRead, type Notification, useNotifications } from '../model'
import { kindNames } from '../words'

const BAD: readonly string[] = ['breached', 'escalated', 'major', 'survey_bad', 'alert']

function useColumns(): Column<Notification>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'kind', title: t`What`, main: true, cell: (n) => <Status tone={BAD.includes(n.kind) ? 'bad' : n.kind === 'at_risk' ? 'warn' : 'plain'} dot={n.read_at === null}>{i18n._(kindNames[n.kind])}</Status>, value: (n) => i18n._(kindNames[n.kind]), width: 'minmax(170px, 1fr)' },
    { id: 'ticket', title: t`Ticket`, cell: (n) => (n.ticket === null ? null : <Mono>{n.ticket}</Mono>), value: (n) => n.ticket, width: '110px' },
    { id: 'title', title: t`About`, cell: (n) => n.title || n.detail, value: (n) => n.title || n.detail, width: 'minmax(180px, 2fr)' },
    { id: 'priority', title: t`Priority`, cell: (n) => (n.priority === null ? null : `P${n.priority}`), value: (n) => n.priority, width: '80px', optional: true },
    { id: 'by', title: t`Who`, cell: (n) => n.by, value: (n) => n.by, width: '150px', optional: true },
    { id: 'at', title: t`When`, cell: (n) => <Time at={n.at} style="ago" />, value: (n) => n.at, width: '140px' },
  ], [t, i18n])
}

export function NotificationsPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const go = useGo()
  const unread = url.unread === '1'
  const query = useNotifications(unread)
  const columns = useColumns()
  const rows = query.data?.pages.flatMap((page) => page.data) ?? []
  const count = query.data?.pages[0]?.unread ?? 0
  const open = (one: Notification) => {
    if (one.read_at === null) void attempt(markRead([one.id]))
    if (one.ticket !== null) go(`/desk/${one.ticket}`)
  }
  return (
    <Page
      fill title={t`Notifications`} note={<Trans>{count} not read</Trans>}
      actions={<>
        <Switch label={t`Not read only`} checked={unread} onChange={(event) => setUrl({ unread: event.currentTarget.checked ? '1' : null })} />
        <Button disabled={count === 0 || rows[0] === undefined} onClick={() => rows[0] && void attempt(markAllRead(rows[0].id))}><Trans>All were read</Trans></Button>
        <ButtonLink href="/notifications/settings"><Trans>What you are told</Trans></ButtonLink>
      </>}
    >
      <Loaded query={query}>
        {() => (
          <DataTable
            label={t`Notifications`} rows={rows} columns={columns} rowId={(n) => String(n.id)} onOpen={open} storageKey="notifications"
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            empty={<Empty title={unread ? t`All of them were read` : t`Nothing yet`}><Trans>What happens to your tickets stands here.</Trans></Empty>}
          />
        )}
      </Loaded>
    </Page>
  )
}
