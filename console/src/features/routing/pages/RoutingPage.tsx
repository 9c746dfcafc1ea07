// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { SegmentedControl, Switch } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { deskFeature } from '@/features/desk'
import { Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { attempt, toast } from '@/ui/toast'
import { Board } from '../components/Board'
import { AgentPanel, QueuePanel, SkillsPanel } from '../components/Editors'
import { Trial } from '../components/Trial'
import { switchQueues, useAgents, useBoard, useQueues } from '../model'
import { type Names, useRoutingNames } from '../names'
import { AGENT, type AgentSettings, QUEUE, type QueueSettings } from '../settings'
import { strategies } from '../words'
import '../routing.css'

const SHOWN = ['board', 'queues', 'agents', 'skills', 'trial'] as const
type Row<T> = { id: string; name: string; version: number; settings: T }

function rowsOf<T>(list: readonly { id: string; name: string }[], standard: T, set: readonly { id: string; version: number; settings: object }[] | undefined): Row<T>[] {
  const known = list.map(({ id, name }) => ({ id, name }))
  const more = (set ?? []).filter((one) => !list.some((other) => other.id === one.id)).map(({ id }) => ({ id, name: id }))
  return [...known, ...more].map((one) => {
    const found = set?.find((other) => other.id === one.id)
    return { ...one, version: found?.version ?? 0, settings: { ...standard, ...found?.settings } }
  })
}

function Queues({ names, open, onOpen }: { names: Names; open: string | undefined; onOpen: (id: string) => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const may = useMay('desk.policy')
  const query = useQueues()
  const columns = useMemo<Column<Row<QueueSettings>>[]>(() => {
    const turn = async (of: Row<QueueSettings>, on: boolean) => {
      await switchQueues([of.id], on)
      const { name } = of
      toast({ text: on ? t`${name} is given by Patron` : t`${name} is off`, undo: () => switchQueues([of.id], !on) })
    }
    return [
      { id: 'name', title: t`Queue`, main: true, width: 'minmax(140px, 1.4fr)', value: (one) => one.name, cell: (one) => <bdi>{one.name}</bdi> },
      { id: 'on', title: t`Given by Patron`, width: '130px', value: (one) => one.settings.on, cell: (one) => (may ? <span onClick={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()} role="presentation"><Switch size="xs" aria-label={t`${one.name} is given by Patron`} checked={one.settings.on} onChange={(event) => void attempt(turn(one, event.currentTarget.checked))} /></span> : <Status tone={one.settings.on ? 'good' : 'plain'}>{one.settings.on ? t`on` : t`off`}</Status>) },
      { id: 'strategy', title: t`Who comes first`, width: 'minmax(120px, 1fr)', value: (one) => i18n._(strategies[one.settings.strategy].name), cell: (one) => i18n._(strategies[one.settings.strategy].name) },
      { id: 'ask', title: t`Asked`, width: '110px', value: (one) => one.settings.ask, cell: (one) => (one.settings.ask ? t`within ${format.unit(one.settings.answer_s, 'second', 0)}` : <span className="pt-faint">{t`no`}</span>) },
      { id: 'skills', title: t`Needs`, width: 'minmax(120px, 1.4fr)', cell: (one) => (one.settings.skills.length === 0 ? <span className="pt-faint">–</span> : <bdi>{one.settings.skills.map((skill) => `${names.skill(skill.skill)} ${format.integer(skill.level)}`).join(', ')}</bdi>) },
      { id: 'relax', title: t`Steps`, numeric: true, width: '80px', value: (one) => one.settings.relax.length, cell: (one) => format.integer(one.settings.relax.length) },
    ]
  }, [t, i18n, format, may, names])
  return (
    <Loaded query={query}>
      {(set) => (
        <DataTable
          label={t`Queues`} columns={columns} rows={rowsOf(names.queues, QUEUE, set.map((one) => ({ ...one, id: one.queue })))} rowId={(one) => one.id} openId={open ?? null} onOpen={(one) => onOpen(one.id)} csv="routing-queues" storageKey="routing-queues"
          empty={<Empty title={t`No queue yet`} action={<ButtonLink href="/desk/records?kind=queues"><Trans>Add a queue</Trans></ButtonLink>} />}
        />
      )}
    </Loaded>
  )
}

function Agents({ names, open, onOpen }: { names: Names; open: string | undefined; onOpen: (id: string) => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const query = useAgents()
  const columns = useMemo<Column<Row<AgentSettings>>[]>(() => [
    { id: 'name', title: t`Agent`, main: true, width: 'minmax(140px, 1.2fr)', value: (one) => one.name, cell: (one) => <bdi>{one.name}</bdi> },
    { id: 'queues', title: t`Queues`, width: 'minmax(140px, 1.4fr)', cell: (one) => (one.settings.queues.length === 0 ? <span className="pt-faint">{t`none: gets nothing`}</span> : <bdi>{one.settings.queues.map(names.queue).join(', ')}</bdi>) },
    { id: 'skills', title: t`Skills`, width: 'minmax(140px, 1.6fr)', cell: (one) => (one.settings.skills.length === 0 ? <span className="pt-faint">–</span> : <bdi>{one.settings.skills.map((skill) => `${names.skill(skill.skill)} ${format.integer(skill.level)}`).join(', ')}</bdi>) },
    { id: 'languages', title: t`Languages`, width: '130px', cell: (one) => (one.settings.languages.length === 0 ? <span className="pt-faint">–</span> : <bdi>{one.settings.languages.map(names.language).join(', ')}</bdi>) },
    { id: 'capacity', title: t`At once`, numeric: true, width: '90px', value: (one) => one.settings.capacity, cell: (one) => format.integer(one.settings.capacity) },
    { id: 'shifts', title: t`Shifts`, width: '140px', cell: (one) => (one.settings.shifts === null ? <span className="pt-faint">{t`always`}</span> : <span className="pt-ltr">{one.settings.shifts.zone ?? t`set`}</span>) },
  ], [t, format, names])
  return (
    <Loaded query={query}>
      {(set) => (
        <DataTable
          label={t`Agents`} columns={columns} rows={rowsOf(names.people, AGENT, set.map((one) => ({ ...one, id: one.account })))} rowId={(one) => one.id} openId={open ?? null} onOpen={(one) => onOpen(one.id)} csv="routing-agents" storageKey="routing-agents"
          empty={<Empty title={t`Nobody works at the desk yet`} />}
        />
      )}
    </Loaded>
  )
}

export function RoutingPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const names = useRoutingNames()
  const board = useBoard()
  const format = useFormat()
  const may = useMay('desk.policy')
  const asked = oneOf(url.show, SHOWN)
  const shown = asked === 'trial' && !may ? 'board' : asked
  const titles = { board: t`Now`, queues: t`Queues`, agents: t`Agents`, skills: t`Skills`, trial: t`Try` }
  const waiting = format.integer(board.data?.queues.reduce((sum, one) => sum + one.waiting, 0) ?? 0)
  const online = format.integer(board.data?.agents.filter((one) => one.presence === 'online' && one.on_shift).length ?? 0)
  const close = () => setUrl({ queue: null, agent: null })
  const openQueue = (queue: string) => setUrl({ queue, agent: null })
  const openAgent = (agent: string) => setUrl({ agent, queue: null })
  return (
    <Page fill title={t`Routing`} note={board.data ? <span>{t`Waiting to be given: ${waiting}. Taking work now: ${online}.`}</span> : '\u00a0'}>
      <AreaTabs of={deskFeature} />
      <SegmentedControl className="ro-show" aria-label={t`What is shown`} value={shown} data={SHOWN.filter((one) => one !== 'trial' || may).map((value) => ({ value, label: titles[value] }))} onChange={(show) => setUrl({ show: show === 'board' ? null : show, queue: null, agent: null })} />
      <div className="pt-split">
        <div className="ro-main">
          {shown === 'board' && <Loaded query={board}>{(of) => <Board of={of} names={names} onQueue={openQueue} onAgent={openAgent} />}</Loaded>}
          {shown === 'queues' && <Queues names={names} open={url.queue} onOpen={openQueue} />}
          {shown === 'agents' && <Agents names={names} open={url.agent} onOpen={openAgent} />}
          {shown === 'skills' && <SkillsPanel />}
          {shown === 'trial' && <Trial names={names} />}
        </div>
        {url.queue !== undefined && <QueuePanel key={url.queue} queue={url.queue} names={names} onClose={close} />}
        {url.agent !== undefined && <AgentPanel key={url.agent} account={url.agent} names={names} onClose={close} />}
      </div>
    </Page>
  )
}
