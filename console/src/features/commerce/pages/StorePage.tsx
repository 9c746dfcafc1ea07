// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { ApiError } from '@/api/client'
import { useMay } from '@/base/session'
import { useParam, useUrl } from '@/base/url'
import { Mono, Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Empty, Loaded, NotFound } from '@/ui/states'
import { Days } from '../components/Days'
import { Now } from '../components/Now'
import { StoreDialog } from '../components/StoreDialog'
import { TillDialog } from '../components/TillDialog'
import { type Store, type Till, useCalendars, useHours, useStore, useTills } from '../model'
import { tillKinds, tillStates } from '../words'
import '../commerce.css'

const DAYS = 14
const MORE = DAYS - 1

function useColumns(): Column<Till>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'code', title: t`Code`, main: true, cell: (till) => <span className="pt-ltr">{till.code}</span>, value: (till) => till.code, width: '90px' },
    { id: 'name', title: t`Name`, cell: (till) => <bdi>{till.name}</bdi>, value: (till) => till.name, width: 'minmax(90px, 1fr)' },
    { id: 'kind', title: t`Kind`, cell: (till) => i18n._(tillKinds[till.kind]), value: (till) => i18n._(tillKinds[till.kind]), width: '120px' },
    { id: 'state', title: t`State`, cell: (till) => <Status tone={tillStates[till.state].tone}>{i18n._(tillStates[till.state].name)}</Status>, value: (till) => i18n._(tillStates[till.state].name), width: '130px' },
  ], [t, i18n])
}

function Tills({ store }: { store: string }) {
  const { t } = useLingui()
  const mayWrite = useMay('commerce.write')
  const query = useTills(store)
  const columns = useColumns()
  const [open, setOpen] = useState<Till | 'new' | null>(null)
  const add = mayWrite && <Button size="compact-sm" leftSection={<Icon name="add" />} onClick={() => setOpen('new')}><Trans>Add a till</Trans></Button>
  return (
    <Panel title={t`Tills`} flush actions={add}>
      <Loaded query={query} rows={3}>
        {(tills) => (
          <DataTable
            label={t`Tills`} columns={columns} rows={tills} rowId={(till) => till.code} maxRows={12} {...(mayWrite ? { onOpen: setOpen } : {})}
            tone={(till) => (till.state === 'out_of_service' ? 'warn' : undefined)} empty={<Empty title={t`No till yet`} />}
          />
        )}
      </Loaded>
      {open !== null && <TillDialog store={store} till={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Panel>
  )
}

function Hours({ store }: { store: Store }) {
  const { t } = useLingui()
  const query = useHours(store.code, DAYS)
  const zone = store.zone
  return (
    <Panel title={t`Today and the next ${MORE} days`} actions={<span className="pt-soft"><Trans>Times in {zone}</Trans></span>}>
      <Loaded query={query} rows={DAYS}>
        {({ days }) => <Days days={days} label={t`Hours by day`} today={days[0]?.date} />}
      </Loaded>
    </Panel>
  )
}

/** Which calendars it keeps, kept and is to keep. */
function Kept({ store }: { store: Store }) {
  const { t } = useLingui()
  const names = useCalendars().data
  const name = (id: string) => names?.find((one) => one.id === id)?.name ?? id
  if (store.calendars.length === 0) return <span className="pt-faint">{t`none`}</span>
  return (
    <ul className="cm-versions">
      {store.calendars.map((one) => (
        <li key={one.from ?? ''}>
          {one.calendar === '' ? <span className="pt-faint">{t`none`}</span> : <LinkTo href={`/stores/calendars/${one.calendar}`}>{name(one.calendar)}</LinkTo>}
          {one.from !== null && <span className="pt-soft"><Trans>from <Time at={one.from} /></Trans></span>}
        </li>
      ))}
    </ul>
  )
}

function About({ store }: { store: Store }) {
  const { t } = useLingui()
  const or = (text: string) => (text === '' ? <span className="pt-faint">{t`not said`}</span> : <bdi>{text}</bdi>)
  return (
    <Panel title={t`About the store`}>
      <Facts
        rows={[
          [t`Code`, <Mono key="code">{store.code}</Mono>],
          [t`Opening hours`, <Kept key="kept" store={store} />],
          [t`Region`, or(store.region)],
          [t`Country`, or(store.country)],
          [t`Format`, or(store.format)],
          [t`Address`, store.address === '' ? or('') : <bdi key="address" className="cm-address">{store.address}</bdi>],
          [t`First day of trade`, or(store.opened_on)],
          [t`Last day of trade`, store.closed_on === '' ? <span className="pt-faint">{t`none`}</span> : or(store.closed_on)],
          [t`Changed`, <span key="changed"><Time at={store.changed_at} /> <bdi>{store.changed_by}</bdi></span>],
        ]}
      />
    </Panel>
  )
}

export function StorePage() {
  const { t } = useLingui()
  const code = useParam('id')
  const [url, setUrl] = useUrl()
  const mayWrite = useMay('commerce.write')
  const mayDesk = useMay('desk.read')
  const query = useStore(code)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such store`} />
  return (
    <Loaded query={query} rows={10}>
      {(store) => (
        <Page
          title={store.name} note={<span className="pt-row"><LinkTo href="/stores">{t`Stores`}</LinkTo> <Now now={store.now} zone={store.zone} /></span>}
          actions={(
            <>
              {mayDesk && <ButtonLink href={`/desk?store=${encodeURIComponent(store.code)}`} leftSection={<Icon name="desk" />}><Trans>Tickets of this store</Trans></ButtonLink>}
              {mayWrite && <Button variant="filled" onClick={() => setUrl({ edit: '1' })}><Trans>Change</Trans></Button>}
            </>
          )}
        >
          <div className="cm-page">
            <div>
              <Hours store={store} />
              <Tills store={store.code} />
            </div>
            <div><About store={store} /></div>
          </div>
          {mayWrite && <StoreDialog opened={url.edit === '1'} store={store} onClose={() => setUrl({ edit: null })} onSaved={() => setUrl({ edit: null })} />}
        </Page>
      )}
    </Loaded>
  )
}
