// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { Ago, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { commerceFeature } from '../index'
import { type CalendarRow, useCalendars } from '../model'

function useColumns(): Column<CalendarRow>[] {
  const { t } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (c) => <bdi>{c.name}</bdi>, value: (c) => c.name, width: 'minmax(140px, 2fr)' },
    { id: 'id', title: t`Id`, cell: (c) => <code className="pt-ltr">{c.id}</code>, value: (c) => c.id, width: 'minmax(100px, 1fr)' },
    { id: 'zone', title: t`Time zone`, cell: (c) => (c.zone === '' ? <span className="pt-soft">{t`the store’s`}</span> : <span className="pt-ltr">{c.zone}</span>), value: (c) => c.zone, width: '150px' },
    { id: 'stores', title: t`Stores`, cell: (c) => c.stores, value: (c) => c.stores, numeric: true, width: '90px' },
    { id: 'from', title: t`Newest hours hold from`, cell: (c) => (c.from === null ? <span className="pt-soft">{t`always`}</span> : <Time at={c.from} />), value: (c) => c.from, width: '190px' },
    { id: 'changed', title: t`Changed`, cell: (c) => <Ago at={c.changed_at} />, value: (c) => c.changed_at, width: '140px' },
    { id: 'by', title: t`By`, cell: (c) => <bdi>{c.changed_by}</bdi>, value: (c) => c.changed_by, width: '140px' },
  ], [t])
}

export function CalendarsPage() {
  const { t } = useLingui()
  const go = useGo()
  const mayWrite = useMay('commerce.write')
  const query = useCalendars()
  const columns = useColumns()
  const count = query.data?.length
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add opening hours`, group: t`Stores`, run: () => go('/stores/calendars/new') }] : [])
  const button = mayWrite && <ButtonLink href="/stores/calendars/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Add opening hours</Trans></ButtonLink>
  return (
    <Page fill title={t`Opening hours`} note={count === undefined ? '\u00a0' : <Trans>Calendars: {count}. A change holds from an instant, and what was before it stays.</Trans>} actions={button}>
      <AreaTabs of={commerceFeature} />
      <Loaded query={query}>
        {(calendars) => (
          <DataTable
            label={t`Opening hours`} columns={columns} rows={calendars} rowId={(c) => c.id} csv="calendars" storageKey="calendars" onOpen={(c) => go(`/stores/calendars/${c.id}`)}
            empty={<Empty title={t`No opening hours yet`} action={button}><Trans>Hours by weekday with holidays and other dates. Stores and queues keep them, and promises count in them.</Trans></Empty>}
          />
        )}
      </Loaded>
    </Page>
  )
}
