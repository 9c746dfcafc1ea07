// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { ImportDialog } from '../components/ImportDialog'
import { Now } from '../components/Now'
import { StoreDialog } from '../components/StoreDialog'
import { commerceFeature } from '../index'
import { type Store, STORE_STATES, useCalendars, useStores } from '../model'
import { nows, storeStates } from '../words'

function useColumns(): Column<Store>[] {
  const { t, i18n } = useLingui()
  const calendars = useCalendars().data
  return useMemo(() => {
    const hours = (s: Store) => calendars?.find((one) => one.id === s.calendar)?.name ?? s.calendar
    return [
      { id: 'code', title: t`Code`, main: true, cell: (s) => <span className="pt-ltr">{s.code}</span>, value: (s) => s.code, width: '110px' },
      { id: 'name', title: t`Name`, cell: (s) => <bdi>{s.name}</bdi>, value: (s) => s.name, width: 'minmax(140px, 1.6fr)' },
      { id: 'now', title: t`Now`, cell: (s) => <Now now={s.now} zone={s.zone} />, value: (s) => i18n._(nows[s.now.state].name), width: 'minmax(215px, 1.3fr)' },
      { id: 'country', title: t`Country`, cell: (s) => s.country, value: (s) => s.country, width: '90px' },
      { id: 'region', title: t`Region`, cell: (s) => <bdi>{s.region}</bdi>, value: (s) => s.region, width: 'minmax(90px, 1fr)' },
      { id: 'format', title: t`Format`, cell: (s) => <bdi>{s.format}</bdi>, value: (s) => s.format, width: 'minmax(90px, 1fr)' },
      { id: 'tills', title: t`Tills`, cell: (s) => s.tills, value: (s) => s.tills, numeric: true, width: '80px' },
      { id: 'hours', title: t`Opening hours`, cell: (s) => (s.calendar === '' ? <span className="pt-faint">{t`none`}</span> : <bdi>{hours(s)}</bdi>), value: hours, width: 'minmax(120px, 1fr)' },
      { id: 'zone', title: t`Time zone`, cell: (s) => <span className="pt-ltr">{s.zone}</span>, value: (s) => s.zone, width: '150px', optional: true },
      { id: 'opened', title: t`First day of trade`, cell: (s) => s.opened_on, value: (s) => s.opened_on, width: '130px', optional: true },
      { id: 'closed', title: t`Last day of trade`, cell: (s) => s.closed_on, value: (s) => s.closed_on, width: '130px', optional: true },
    ]
  }, [t, i18n, calendars])
}

function Tools({ regions }: { regions: readonly string[] }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const shown = [...new Set([...regions, ...(url.region ? [url.region] : [])])].sort((a, b) => a.localeCompare(b))
  return (
    <>
      <TextInput aria-label={t`Find stores`} placeholder={t`Find by code, name, region, address`} w={260} maxLength={200} value={url.q ?? ''} onChange={(event) => setUrl({ q: event.currentTarget.value })} />
      <Select
        aria-label={t`State`} w={150} allowDeselect={false} value={url.state ?? ''} data={[{ value: '', label: t`Any state` }, ...STORE_STATES.map((value) => ({ value: value as string, label: i18n._(storeStates[value]) }))]}
        onChange={(value) => setUrl({ state: value })}
      />
      <Select
        aria-label={t`Region`} w={150} allowDeselect={false} searchable value={url.region ?? ''} data={[{ value: '', label: t`All regions` }, ...shown.map((value) => ({ value, label: value }))]}
        onChange={(value) => setUrl({ region: value })}
      />
    </>
  )
}

export function StoresPage() {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const mayWrite = useMay('commerce.write')
  const [search] = useDebouncedValue(url.q ?? '', 200)
  const state = STORE_STATES.find((one) => one === url.state)
  const query = useStores({ ...(search === '' ? {} : { search }), ...(state ? { state } : {}), ...(url.region ? { region: url.region } : {}), ...(url.calendar ? { calendar: url.calendar } : {}) })
  const stores = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const regions = useMemo(() => [...new Set(stores.map((one) => one.region).filter((one) => one !== ''))], [stores])
  const count = useFormat().loaded(stores.length, query.hasNextPage)
  const open = stores.filter((one) => one.now.state === 'open').length
  const columns = useColumns()
  const filtered = Boolean(url.q || url.state || url.region || url.calendar)
  const add = () => setUrl({ add: '1' })
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a store`, group: t`Stores`, run: add }] : [])
  const button = mayWrite && <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Add a store</Trans></Button>
  return (
    <Page
      fill title={t`Stores`} note={query.data ? t`Stores: ${count}, open now: ${open}` : '\u00a0'}
      actions={(
        <>
          <Button component="a" href="/api/v1/commerce/files/stores" download="stores.csv" leftSection={<Icon name="download" />}><Trans>Export all</Trans></Button>
          {mayWrite && <Button leftSection={<Icon name="import" />} onClick={() => setUrl({ import: '1' })}><Trans>Import</Trans></Button>}
          {button}
        </>
      )}
    >
      <AreaTabs of={commerceFeature} />
      <Loaded query={query} rows={8}>
        {() => (
          <DataTable
            label={t`Stores`} columns={columns} rows={stores} rowId={(s) => s.code} csv="stores-shown" storageKey="stores" onOpen={(s) => go(`/stores/${s.code}`)} tools={<Tools regions={regions} />}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            empty={filtered
              ? <Empty title={t`No store fits`} action={<Button onClick={() => setUrl({ q: null, state: null, region: null, calendar: null })}><Trans>Show all</Trans></Button>} />
              : <Empty title={t`No store yet`} action={button}><Trans>Stores say when they are open: promises of the desk count in their hours. Add them one by one or from a CSV file.</Trans></Empty>}
          />
        )}
      </Loaded>
      {mayWrite && <StoreDialog opened={url.add === '1'} store={null} onClose={() => setUrl({ add: null })} onSaved={(code) => go(`/stores/${code}`)} />}
      {mayWrite && <ImportDialog opened={url.import === '1'} onClose={() => setUrl({ import: null })} />}
    </Page>
  )
}
