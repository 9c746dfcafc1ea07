// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import '../destinations.css'
import { NativeSelect } from '@mantine/core'
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
import { Empty, Loaded } from '@/ui/states'
import { DestinationState, useStateNames } from '../components/DestinationState'
import { Rate } from '../components/Rate'
import { type Destination, useDestinations } from '../model'
import { ORDER, stateOf } from '../state'
import { kindTitle } from '../words'

const STATES = ['any', ...ORDER] as const

function useColumns(at: number): Column<Destination>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (d) => <bdi>{d.name}</bdi>, value: (d) => d.name, width: 'minmax(150px, 1.3fr)' },
    { id: 'kind', title: t`Kind`, cell: (d) => kindTitle(i18n, d.kind), value: (d) => kindTitle(i18n, d.kind), width: 'minmax(130px, 1fr)' },
    { id: 'state', title: t`State`, cell: (d) => <DestinationState of={d} />, value: (d) => ORDER.indexOf(stateOf(d)), width: '205px' },
    { id: 'rate', title: t`Sent a second`, cell: (d) => <Rate delivered={d.delivered} at={at} />, width: '120px', numeric: true },
    { id: 'lag', title: t`Not settled`, cell: (d) => (d.lag === 0 ? t`none` : t`${format.integer(d.lag)}, oldest ${format.duration(d.lag_s * 1000)}`), value: (d) => d.lag_s, width: '190px' },
    { id: 'dead', title: t`Failed for good`, cell: (d) => <span className={d.dead > 0 ? 'pt-text-warn' : undefined}>{format.integer(d.dead)}</span>, value: (d) => d.dead, numeric: true, width: '120px' },
    { id: 'delivered', title: t`Sent in all`, cell: (d) => format.integer(d.delivered), value: (d) => d.delivered, numeric: true, width: '110px', optional: true },
    { id: 'last', title: t`Last success`, cell: (d) => <Ago at={d.last_success_at} />, value: (d) => d.last_success_at, width: '140px', optional: true },
    {
      id: 'error', title: t`Last error`, value: (d) => d.last_error, width: 'minmax(160px, 1.6fr)',
      cell: (d) => (d.last_error === null ? <span className="pt-faint">{t`none`}</span> : <bdi title={d.last_error}>{d.last_error}</bdi>),
    },
  ], [t, i18n, format, at])
}

function List({ all, at }: { all: readonly Destination[]; at: number }) {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const names = useStateNames()
  const state = oneOf(url.state, STATES)
  const columns = useColumns(at)
  const mayWrite = useMay('destinations.write')
  const shown = state === 'any' ? all : all.filter((d) => stateOf(d) === state)
  if (all.length === 0) {
    return (
      <Empty title={t`No destination yet`} action={mayWrite && <ButtonLink href="/destinations/new" variant="filled"><Trans>Add the first destination</Trans></ButtonLink>}>
        <Trans>A destination is where events go on to: a service of yours, analytics, advertising, files. Each has a place of its own in the log, so that one that fails holds up no other; and nobody’s events go where they did not allow it.</Trans>
      </Empty>
    )
  }
  return (
    <DataTable
      label={t`Destinations`} columns={columns} rows={shown} rowId={(d) => d.id} csv="destinations" storageKey="destinations" onOpen={(d) => go(`/destinations/${d.id}`)}
      tone={(d) => (stateOf(d) === 'stopped' ? 'bad' : stateOf(d) === 'broken' ? 'warn' : undefined)}
      tools={(
        <NativeSelect
          aria-label={t`State`} w={220} value={state} data={STATES.map((value) => ({ value, label: value === 'any' ? t`All` : names[value] }))}
          onChange={(event) => setUrl({ state: event.currentTarget.value === 'any' ? null : event.currentTarget.value })}
        />
      )}
      empty={<Empty title={t`No destination in this state`} />}
    />
  )
}

/** The list in a sentence. */
function Summary({ all }: { all: readonly Destination[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const count = plural(all.length, { one: '# destination', other: '# destinations' })
  const wrong = all.filter((d) => ['stopped', 'broken'].includes(stateOf(d))).length
  const dead = format.integer(all.reduce((sum, d) => sum + d.dead, 0))
  return <>{wrong === 0 ? t`${count}, all of them well; ${dead} events failed for good.` : t`${count}, ${wrong} in trouble; ${dead} events failed for good.`}</>
}

export function DestinationsPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = useDestinations()
  const mayWrite = useMay('destinations.write')
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a destination`, group: t`Destinations`, run: () => go('/destinations/new') }] : [])
  return (
    <Page
      fill title={t`Destinations`} note={query.data ? <Summary all={query.data} /> : '\u00a0'}
      actions={mayWrite && <ButtonLink href="/destinations/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Add a destination</Trans></ButtonLink>}
    >
      <Loaded query={query}>{(all) => <List all={all} at={query.dataUpdatedAt} />}</Loaded>
    </Page>
  )
}
