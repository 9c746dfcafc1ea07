// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useGo, useUrl } from '@/base/url'
import { Ago, Mono } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { sourcesFeature } from '..'
import { AddSource } from '../components/AddSource'
import { Rate } from '../components/Rate'
import { SourceState } from '../components/SourceState'
import { type Source, usePlans, useSources, useStats } from '../model'
import { stateOf } from '../state'

const STATES = ['any', 'receiving', 'quiet', 'waiting', 'disabled'] as const

function useColumns(all: readonly Source[]): Column<Source>[] {
  const { t } = useLingui()
  const format = useFormat()
  const stats = useStats().data
  const plans = usePlans().data
  const mayPlans = useMay('plans.read')
  const mayEvents = useMay('events.read')
  return useMemo(() => {
    const of = (s: Source) => stats?.get(s.id)
    const planOf = (s: Source) => plans?.find((p) => p.sources.some((one) => one.id === s.id))?.name
    const figures: Column<Source>[] = [
      { id: 'rate', title: t`Events a second`, cell: (s) => <Rate source={s} all={all} />, width: '190px' },
      { id: 'events', title: t`Events in all`, cell: (s) => format.integer(of(s)?.events ?? 0), value: (s) => of(s)?.events ?? 0, numeric: true, width: '130px' },
      {
        id: 'quarantined', title: t`Quarantined`, value: (s) => of(s)?.quarantined ?? 0, numeric: true, width: '120px',
        cell: (s) => {
          const n = of(s)?.quarantined ?? 0
          return n > 0 ? <LinkTo href={`/quarantine?source=${s.id}`} className="pt-text-warn">{format.integer(n)}</LinkTo> : format.integer(n)
        },
      },
      { id: 'last', title: t`Last event`, cell: (s) => <Ago at={of(s)?.last_at} />, value: (s) => of(s)?.last_at, width: '150px' },
    ]
    return [
      { id: 'name', title: t`Name`, main: true, cell: (s) => s.name, value: (s) => s.name, width: 'minmax(140px, 1.4fr)' },
      { id: 'state', title: t`State`, cell: (s) => <SourceState source={s} stats={of(s)} />, value: (s) => stateOf(s, of(s), Date.now()), width: '224px' },
      ...(mayEvents ? figures : []),
      ...(mayPlans ? [{ id: 'plan', title: t`Tracking plan`, cell: (s: Source) => planOf(s) ?? <span className="pt-faint">{t`none`}</span>, value: planOf, width: 'minmax(110px, 1fr)' }] : []),
      { id: 'key', title: t`Write key`, cell: (s) => <Mono>{s.write_key}</Mono>, value: (s) => s.write_key, optional: true, width: 'minmax(160px, 1fr)' },
      { id: 'created', title: t`Added`, cell: (s) => format.date(s.created_at), value: (s) => s.created_at, optional: true, width: '120px' },
    ]
  }, [t, format, stats, plans, all, mayEvents, mayPlans])
}

function List({ sources }: { sources: readonly Source[] }) {
  const { t } = useLingui()
  const go = useGo()
  const stats = useStats().data
  const [url, setUrl] = useUrl()
  const state = oneOf(url.state, STATES)
  const mayWrite = useMay('sources.write')
  const columns = useColumns(sources)
  const shown = state === 'any' ? sources : sources.filter((s) => stateOf(s, stats?.get(s.id), Date.now()) === state)
  const names = { any: t`All`, receiving: t`Receiving`, quiet: t`Quiet`, waiting: t`Waiting for the first event`, disabled: t`Disabled` }
  if (sources.length === 0) {
    return (
      <Empty title={t`No source yet`} action={mayWrite && <Button variant="filled" onClick={() => setUrl({ add: '1' })}><Trans>Add the first source</Trans></Button>}>
        <Trans>A source is where events come from: a web shop, an app, the tills. Each has a key of its own and can be stopped alone.</Trans>
      </Empty>
    )
  }
  return (
    <DataTable
      label={t`Sources`} columns={columns} rows={shown} rowId={(s) => s.id} csv="sources" storageKey="sources"
      onOpen={(s) => go(`/sources/${s.id}`)}
      tools={
        <NativeSelect
          aria-label={t`State`} w={220} value={state} data={STATES.map((value) => ({ value, label: names[value] }))}
          onChange={(event) => setUrl({ state: event.currentTarget.value === 'any' ? null : event.currentTarget.value })}
        />
      }
      empty={<Empty title={t`No source in this state`} action={<Button onClick={() => setUrl({ state: null })}><Trans>Show all</Trans></Button>} />}
    />
  )
}

/** The list in a sentence. */
function Summary({ sources }: { sources: readonly Source[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const stats = useStats().data
  const now = Date.now()
  const receiving = sources.filter((s) => stats && stateOf(s, stats.get(s.id), now) === 'receiving').length
  const all = plural(sources.length, { one: '# source', other: '# sources' })
  if (!stats) return <div key="few">{all}</div>
  const events = format.integer(sources.reduce((sum, s) => sum + (stats.get(s.id)?.events ?? 0), 0))
  return <div key="all">{t`${all}, ${receiving} receiving now; ${events} events since the first one. Rates are of this moment.`}</div>
}

export function SourcesPage() {
  const { t } = useLingui()
  const query = useSources()
  // asked for at once, not when the list that shows them is there
  useStats()
  usePlans()
  const mayWrite = useMay('sources.write')
  const [url, setUrl] = useUrl()
  const add = () => setUrl({ add: '1' })
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a source`, group: t`Sources`, run: add }] : [])
  return (
    <Page
      fill title={t`Sources`} note={query.data ? <Summary sources={query.data} /> : '\u00a0'}
      actions={mayWrite && <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Add a source</Trans></Button>}
    >
      <AreaTabs of={sourcesFeature} />
      <Loaded query={query}>{(sources) => <List sources={sources} />}</Loaded>
      {mayWrite && <AddSource opened={url.add === '1'} onClose={() => setUrl({ add: null })} />}
    </Page>
  )
}
