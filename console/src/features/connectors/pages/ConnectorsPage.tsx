// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import '../connectors.css'
import { NativeSelect, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useGo, useUrl } from '@/base/url'
import { Ago } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Spark } from '@/ui/Spark'
import { Empty, Loaded } from '@/ui/states'
import { ConnectorState, useSecretText, useStateNames } from '../components/ConnectorState'
import { ConnectorTabs } from '../components/ConnectorTabs'
import { KindMark } from '../components/KindMark'
import { Kinds } from '../components/Kinds'
import { type Connector, useConnectors, useKinds } from '../model'
import { lastHour, lastOf, ORDER, stateOf } from '../state'
import { kindTitle } from '../words'

const STATES = ['any', ...ORDER] as const

function Hour({ of, max }: { of: Connector; max: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const count = format.integer(lastHour(of.health.per_minute))
  return <span className="cn-hour"><Spark values={of.health.per_minute} max={max} label={t`Deliveries a minute of the last hour`} width={72} /> {count}</span>
}

function useColumns(max: number): Column<Connector>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const secret = useSecretText()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (c) => <span className="cn-name"><KindMark kind={c.kind} /><bdi>{c.name}</bdi></span>, value: (c) => c.name, width: 'minmax(170px, 1.4fr)' },
    { id: 'kind', title: t`Kind`, cell: (c) => kindTitle(i18n, c.kind), value: (c) => kindTitle(i18n, c.kind), width: 'minmax(140px, 0.9fr)' },
    { id: 'state', title: t`State`, cell: (c) => <ConnectorState of={c} />, value: (c) => ORDER.indexOf(stateOf(c)), width: '165px' },
    { id: 'hour', title: t`Deliveries, last hour`, cell: (c) => <Hour of={c} max={max} />, value: (c) => lastHour(c.health.per_minute), width: '165px' },
    { id: 'deliveries', title: t`Deliveries in all`, cell: (c) => format.integer(c.health.deliveries), value: (c) => c.health.deliveries, numeric: true, width: '130px', optional: true },
    { id: 'events', title: t`Events in all`, cell: (c) => format.integer(c.health.events), value: (c) => c.health.events, numeric: true, width: '110px' },
    { id: 'last', title: t`Last delivery`, cell: (c) => <Ago at={lastOf(c.health)} />, value: (c) => lastOf(c.health), width: '130px' },
    {
      id: 'error', title: t`Last error`, value: (c) => c.health.last_error, width: 'minmax(150px, 1.5fr)',
      cell: (c) => (c.health.last_error === null ? <span className="pt-faint">{t`none`}</span> : <bdi title={c.health.last_error}>{c.health.last_error}</bdi>),
    },
    { id: 'source', title: t`Source`, cell: (c) => <bdi>{c.source?.name ?? ''}</bdi>, value: (c) => c.source?.name, width: 'minmax(120px, 1fr)', optional: true },
    { id: 'secret', title: t`Secret`, cell: (c) => <span title={secret(c)}>{secret(c)}</span>, value: (c) => secret(c), width: 'minmax(100px, 0.7fr)' },
  ], [t, i18n, format, secret, max])
}

/** Nothing is connected yet: what can be. */
function First() {
  const { t } = useLingui()
  const query = useKinds()
  const mayWrite = useMay('connectors.write')
  return (
    <div className="cn-first">
      <Empty title={t`No shop is connected yet`}>
        <Trans>A connector takes what a shop, a till or another system sends by webhook: each delivery is checked by its signature, mapped to events, and lands once.</Trans>
        {!mayWrite && <> <Trans>Who may change connectors can add one.</Trans></>}
      </Empty>
      {mayWrite && <Loaded query={query}>{(kinds) => <Kinds kinds={kinds} />}</Loaded>}
    </div>
  )
}

function List({ all }: { all: readonly Connector[] }) {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const names = useStateNames()
  const state = oneOf(url.state, STATES)
  const words = (url.q ?? '').toLowerCase()
  const columns = useColumns(Math.max(1, ...all.flatMap((c) => c.health.per_minute)))
  const shown = all.filter((c) => (state === 'any' || stateOf(c) === state) && c.name.toLowerCase().includes(words))
  if (all.length === 0) return <First />
  return (
    <DataTable
      label={t`Shops`} columns={columns} rows={shown} rowId={(c) => c.id} csv="connectors" storageKey="connectors" onOpen={(c) => go(`/connectors/${c.id}`)} tone={(c) => (stateOf(c) === 'trouble' ? 'warn' : undefined)}
      tools={(
        <>
          <TextInput aria-label={t`Search by name`} placeholder={t`Search by name`} w={200} autoComplete="off" value={url.q ?? ''} onChange={(event) => setUrl({ q: event.currentTarget.value })} />
          <NativeSelect
            aria-label={t`State`} w={180} value={state} data={STATES.map((value) => ({ value, label: value === 'any' ? t`All` : names[value] }))}
            onChange={(event) => setUrl({ state: event.currentTarget.value === 'any' ? null : event.currentTarget.value })}
          />
        </>
      )}
      empty={<Empty title={t`No connector is like that`} />}
    />
  )
}

/** The list in a sentence. */
function Summary({ all }: { all: readonly Connector[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const count = plural(all.length, { one: '# connector', other: '# connectors' })
  const wrong = all.filter((c) => stateOf(c) === 'trouble').length
  const hour = format.integer(all.reduce((sum, c) => sum + lastHour(c.health.per_minute), 0))
  if (all.length === 0) return <>{t`Shops, tills and other systems that send by webhook.`}</>
  return <>{wrong === 0 ? t`${count}, none in trouble; deliveries in the last hour: ${hour}.` : t`${count}, ${wrong} in trouble; deliveries in the last hour: ${hour}.`}</>
}

export function ConnectorsPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = useConnectors()
  const mayWrite = useMay('connectors.write')
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Connect a shop`, group: t`Connectors`, run: () => go('/connectors/new') }] : [])
  const some = (query.data?.length ?? 0) > 0
  return (
    <Page
      fill={query.data === undefined || some} title={t`Connectors`} note={query.data ? <Summary all={query.data} /> : '\u00a0'}
      actions={mayWrite && some && <ButtonLink href="/connectors/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Connect a shop</Trans></ButtonLink>}
    >
      <ConnectorTabs />
      <Loaded query={query}>{(all) => <List all={all} />}</Loaded>
    </Page>
  )
}
