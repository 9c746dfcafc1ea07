// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../sources.css'
import { Button, Menu, Select } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { usePulse } from '@/base/pulse'
import { ratesOf } from '@/base/rates'
import { useMay } from '@/base/session'
import { useParam } from '@/base/url'
import { Ago, Figure, Mono, Time } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { ConfirmDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { EditSource } from '../components/EditSource'
import { FirstEvent } from '../components/FirstEvent'
import { Snippets } from '../components/Snippets'
import { SourceState } from '../components/SourceState'
import { assignPlan, changeSource, rotateKey, type Source, type SourceStats, usePlans, useSource, useStats } from '../model'

function useSwitch(source: Source) {
  const { t } = useLingui()
  const name = source.name
  const set = (enabled: boolean) => changeSource(source.id, { enabled })
  return () => attempt(set(!source.enabled).then(() => toast({
    text: source.enabled ? t`${name} is disabled: its events are counted and discarded` : t`${name} is enabled`,
    undo: () => void attempt(set(source.enabled)),
  })))
}

function Actions({ source }: { source: Source }) {
  const { t } = useLingui()
  const [rotating, setRotating] = useState(false)
  const [editing, setEditing] = useState(false)
  const flip = useSwitch(source)
  useShortcuts([{ keys: 'e', label: t`Edit`, group: t`Sources`, run: () => setEditing(true) }])
  return (
    <>
      <Button onClick={() => setEditing(true)}><Trans>Edit</Trans></Button>
      <Button onClick={() => void flip()}>{source.enabled ? <Trans>Disable</Trans> : <Trans>Enable</Trans>}</Button>
      <Menu>
        <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="key" />} onClick={() => setRotating(true)}><Trans>New write key…</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <EditSource source={source} opened={editing} onClose={() => setEditing(false)} />
      <ConfirmDialog
        title={t`New write key`} word={source.name} opened={rotating} onClose={() => setRotating(false)} submit={t`Make a new key`}
        onConfirm={async () => {
          await rotateKey(source.id)
          setRotating(false)
          toast({ text: t`The new key is in force` })
        }}
      >
        <Trans>The old key stops at once: every client that still has it gets 401 until it is changed. This cannot be undone.</Trans>
      </ConfirmDialog>
    </>
  )
}

function PlanChoice({ source }: { source: Source }) {
  const { t } = useLingui()
  const plans = usePlans()
  const mayWrite = useMay('plans.write')
  const current = plans.data?.find((p) => p.sources.some((one) => one.id === source.id))
  if (!mayWrite) return <>{current?.name ?? t`none`}</>
  return (
    <Select
      aria-label={t`Tracking plan`} placeholder={t`none`} clearable clearButtonProps={{ 'aria-label': t`No plan` }} value={current?.id ?? null} disabled={plans.data === undefined}
      data={(plans.data ?? []).map((p) => ({ value: p.id, label: p.name }))}
      onChange={(id) => {
        const before = current?.id ?? null
        void attempt(assignPlan(source.id, id).then(() => toast({
          text: id === null ? t`No plan judges this source now` : t`The plan judges events that come in from now on`,
          undo: () => void attempt(assignPlan(source.id, before)),
        })))
      }}
    />
  )
}

function About({ source }: { source: Source }) {
  const { t } = useLingui()
  const mayPlans = useMay('plans.read')
  return (
    <Panel title={t`About`}>
      <Facts
        rows={[
          [t`Write key`, <Mono key="k" copy>{source.write_key}</Mono>],
          [t`Id`, <Mono key="i" copy>{source.id}</Mono>],
          ...(mayPlans ? [[t`Tracking plan`, <PlanChoice key="p" source={source} />] as [string, React.ReactNode]] : []),
          [t`Timestamps`, source.skew === 'correct' ? t`Wrong clocks are corrected by sentAt` : t`Kept as sent`],
          [t`May write the past`, source.historical ? t`Yes` : t`No`],
          [t`Added`, <Time key="c" at={source.created_at} />],
        ]}
      />
    </Panel>
  )
}

function Figures({ source, stats }: { source: Source; stats: SourceStats | undefined }) {
  const { t } = useLingui()
  const format = useFormat()
  const { history } = usePulse()
  const rate = ratesOf(history, source.number, 1)[0] ?? null
  const quarantined = stats?.quarantined ?? 0
  return (
    <div className="pt-figures">
      <Figure label={t`Now`} value={rate === null ? '–' : format.number(rate)} unit={t`events/s`} note={t`over the last second`} />
      <Figure label={t`Events in all`} value={format.integer(stats?.events ?? 0)} note={stats?.first_at ? <>{t`since`} <Time at={stats.first_at} style="date" /></> : t`none yet`} />
      <Figure
        label={t`Quarantined`} value={format.integer(quarantined)} {...(quarantined > 0 ? { tone: 'warn' as const } : {})}
        note={quarantined > 0 ? <LinkTo href={`/quarantine?source=${source.id}`}>{t`See why`}</LinkTo> : t`of all events`}
      />
      <Figure label={t`Data`} value={format.bytes(stats?.bytes ?? 0)} note={t`as received`} />
      <Figure label={t`Last event`} value={stats?.last_at ? <Ago at={stats.last_at} /> : '–'} note={stats?.last_at ? <Time at={stats.last_at} /> : t`none yet`} />
    </div>
  )
}

function Names({ stats }: { stats: SourceStats }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = stats.names ?? []
  if (names.length === 0) return null
  return (
    <Panel title={t`Most frequent events`}>
      <Facts rows={names.slice(0, 10).map((n) => [<span key={n.name} className="pt-ltr">{n.name}</span>, format.integer(n.events ?? 0)])} />
    </Panel>
  )
}

function RateChart({ source }: { source: Source }) {
  const { t } = useLingui()
  const { history } = usePulse()
  const times = history.slice(1).map((p) => p.at)
  if (times.length < 2) return null
  return (
    <Panel>
      <Chart label={t`Events a second, last two minutes`} unit={t`events/s`} times={times} height={140} lines={[{ name: source.name, values: ratesOf(history, source.number, times.length) }]} />
    </Panel>
  )
}

function Detail({ source }: { source: Source }) {
  const { t } = useLingui()
  const all = useStats().data
  const stats = all?.get(source.id)
  // who came for the first event keeps seeing that it has come
  const [awaited, setAwaited] = useState<boolean | null>(null)
  if (awaited === null && all !== undefined) setAwaited((stats?.events ?? 0) === 0)
  const mayWrite = useMay('sources.write')
  const mayEvents = useMay('events.read')
  return (
    <Page
      title={source.name}
      note={<span className="pt-row"><LinkTo href="/sources">{t`Sources`}</LinkTo> <SourceState source={source} stats={stats} /></span>}
      actions={
        <>
          <ButtonLink href={`/sources/quality/${source.id}`} leftSection={<Icon name="chart" />}><Trans>Quality</Trans></ButtonLink>
          {mayEvents && <ButtonLink href={`/live?source=${source.id}`} leftSection={<Icon name="debugger" />}><Trans>Watch live</Trans></ButtonLink>}
          {mayWrite && <Actions source={source} />}
        </>
      }
    >
      {mayEvents && awaited === true && <FirstEvent source={source} />}
      {mayEvents && (stats?.events ?? 0) > 0 && <Figures source={source} stats={stats} />}
      <div className="so-columns">
        <div className="pt-stack">
          {mayEvents && (stats?.events ?? 0) > 0 && <RateChart source={source} />}
          <Panel title={t`Send events`}><Snippets writeKey={source.write_key} /></Panel>
        </div>
        <div className="pt-stack">
          <About source={source} />
          {stats && <Names stats={stats} />}
        </div>
      </div>
    </Page>
  )
}

export function SourcePage() {
  const { t } = useLingui()
  const query = useSource(useParam('id'))
  // asked for at once, not when the parts that show them are there
  useStats()
  usePlans()
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such source`} />
  return <Loaded query={query} rows={10}>{(source) => <Detail source={source} />}</Loaded>
}
