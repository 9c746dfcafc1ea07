// SPDX-License-Identifier: Apache-2.0
// Changed settings on the tickets of the last days: as it was, as it is set now, as it would be.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, NativeSelect, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import type { Names } from '../names'
import { AGENT, type AgentSettings } from '../settings'
import { useAgents } from '../model'
import { type Changes, countOf, DAYS, inTime, isOneMore, type Load, NO_CHANGES, setChanges, shownQueues, type Trial as Of, useChanges, useTrial, type Waits, withAgent, without, withOneMore } from '../trial'
import { reasons } from '../words'

/** Below it a wait is none. */
const SOON_S = 1

function useAgentName(names: Names) {
  const { t } = useLingui()
  return (account: string) => {
    const n = account.slice(1)
    return isOneMore(account) ? t`One agent more (${n})` : names.person(account)
  }
}

function ChangeList({ of, names }: { of: Changes; names: Names }) {
  const { t } = useLingui()
  const agent = useAgentName(names)
  const rows = [
    ...of.queues.map((one) => ({ id: one.queue, text: t`Queue ${names.queue(one.queue)}` })),
    ...of.agents.map((one) => ({ id: one.account, text: one.settings === null ? t`without ${agent(one.account)}` : agent(one.account) })),
    ...of.dropped.map((id) => ({ id, text: t`without the skill ${names.skill(id)}` })),
  ]
  if (rows.length === 0) return <p className="pt-soft"><Trans>Nothing is changed: this is how well the model says what was.</Trans></p>
  return (
    <ul className="pt-items ro-changes" aria-label={t`What is changed`}>
      {rows.map((one) => <li key={one.id}><bdi>{one.text}</bdi><ActionIcon size="sm" aria-label={t`Not ${one.text}`} onClick={() => setChanges(without(of, one.id))}><Icon name="close" size={12} /></ActionIcon></li>)}
    </ul>
  )
}

/** One agent more or less, like somebody who is there. */
function Staff({ of, names }: { of: Changes; names: Names }) {
  const { t } = useLingui()
  const agents = useAgents().data ?? []
  const data = (none: string) => [{ value: '', label: none }, ...agents.map((one) => ({ value: one.account, label: names.person(one.account) }))]
  const more = (account: string) => {
    const found = agents.find((one) => one.account === account)
    if (found) setChanges(withOneMore(of, { ...AGENT, ...(found.settings as Partial<AgentSettings>) }))
  }
  return (
    <div className="ro-fields">
      <NativeSelect size="xs" label={t`One agent more`} value="" data={data(t`like …`)} onChange={(event) => more(event.currentTarget.value)} />
      <NativeSelect size="xs" label={t`One agent less`} value="" data={data(t`without …`)} onChange={(event) => event.currentTarget.value !== '' && setChanges(withAgent(of, event.currentTarget.value, null))} />
    </div>
  )
}

function Line({ name, of, most, tone }: { name: string; of: Waits | null; most: number; tone: 'was' | 'now' | 'would' }) {
  const { t } = useLingui()
  const format = useFormat()
  const time = (seconds: number) => format.duration(seconds * 1000)
  if (of === null) return <><dt>{name}</dt><dd className="pt-faint">{t`the queue is off: nothing is given`}</dd></>
  const share = inTime(of)
  const [half, nine] = [time(of.p50_s), time(of.p90_s)]
  const left = of.left
  const width = (seconds: number) => `${(seconds / most) * 100}%`
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <span className="ro-bar" data-tone={tone} aria-hidden="true"><i style={{ inlineSize: width(of.p90_s) }} /><i style={{ inlineSize: width(of.p50_s) }} /></span>
        <span>{of.given === 0 ? t`none was given` : of.p90_s < SOON_S ? t`nine of ten at once` : of.p50_s < SOON_S ? t`half at once, nine of ten within ${nine}` : t`half within ${half}, nine of ten within ${nine}`}</span>
        {share !== null && <b>{t`in time: ${format.percent(share, 0)}`}</b>}
        {left > 0 && <span className="pt-text-warn">{plural(left, { one: '# waits at the end', other: '# wait at the end' })}</span>}
      </dd>
    </>
  )
}

function Queues({ of, names }: { of: Of; names: Names }) {
  const { t } = useLingui()
  const rows = shownQueues(of)
  const changed = countOf(useChanges()) > 0
  if (rows.length === 0) return <Empty title={t`No ticket came in these queues`}><Trans>Choose a longer time.</Trans></Empty>
  return (
    <div className="ro-tried">
      {rows.map((one) => {
        const most = Math.max(SOON_S, ...[one.was, one.now, one.would].map((w) => w?.p90_s ?? 0))
        const n = one.was?.arrived ?? 0
        return (
          <section key={one.queue} aria-label={names.queue(one.queue)}>
            <h3><bdi>{names.queue(one.queue)}</bdi> <span className="pt-faint">{plural(n, { one: '# ticket', other: '# tickets' })}</span></h3>
            <dl>
              <Line name={t`as it was`} of={one.was} most={most} tone="was" />
              <Line name={t`as it is set`} of={one.now} most={most} tone="now" />
              {changed && <Line name={t`as changed`} of={one.would} most={most} tone="would" />}
            </dl>
          </section>
        )
      })}
    </div>
  )
}

function Used({ of }: { of: Load | null }) {
  const { t } = useLingui()
  const format = useFormat()
  if (of === null) return <span className="pt-faint">–</span>
  const given = format.integer(of.given)
  return <span className="ro-load"><span aria-hidden="true" data-full={of.used > 0.9}><i style={{ inlineSize: `${Math.min(1, of.used) * 100}%` }} /></span>{t`${format.percent(of.used, 0)}, given: ${given}`}</span>
}

function Agents({ of, names }: { of: Of; names: Names }) {
  const { t } = useLingui()
  const format = useFormat()
  const agent = useAgentName(names)
  const rows = [...of.agents].sort((a, b) => (b.would?.used ?? 0) - (a.would?.used ?? 0))
  return (
    <div className="pt-scroll" tabIndex={0} role="region" aria-label={t`Agents`}>
      <table className="ro-table">
        <thead><tr><th scope="col">{t`Agent`}</th><th scope="col" className="pt-num">{t`Had`}</th><th scope="col">{t`Used, as it is set`}</th><th scope="col">{t`Used, as changed`}</th></tr></thead>
        <tbody>{rows.map((one) => <tr key={one.account}><th scope="row"><bdi>{agent(one.account)}</bdi></th><td className="pt-num">{isOneMore(one.account) ? <span className="pt-faint">–</span> : format.integer(one.was)}</td><td><Used of={one.now} /></td><td><Used of={one.would} /></td></tr>)}</tbody>
      </table>
    </div>
  )
}

function Longest({ of, names }: { of: Of; names: Names }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const time = (seconds: number) => format.duration(seconds * 1000)
  return (
    <ol className="pt-items ro-longest">
      {of.longest.map((one) => {
        const [wait, was, why, kept] = [time(one.wait_s), one.was_s === null ? '' : time(one.was_s), i18n._(reasons[one.reason]), time(one.reason_s)]
        return (
          <li key={one.ticket}>
            <LinkTo href={`/desk/${one.ticket}`}><span className="pt-ltr">#{one.ticket}</span></LinkTo> <bdi className="pt-faint">{names.queue(one.queue)}</bdi>
            <b>{one.given ? wait : t`${wait}, and waits still`}</b>
            <span className="pt-grow">{t`${why}: ${kept} of it`}</span>
            <span className="pt-faint">{was === '' ? t`nobody has it yet` : t`it was ${was}`}</span>
          </li>
        )
      })}
      {of.longest.length === 0 && <li className="pt-soft"><Trans>Nobody would have waited.</Trans></li>}
    </ol>
  )
}

function Model({ of }: { of: Of }) {
  const { t } = useLingui()
  const format = useFormat()
  const [from, to, tickets] = [format.date(of.from), format.date(of.to), format.integer(of.tickets)]
  const facts = [
    of.elsewhere > 0 ? t`in queues without settings, left out: ${format.integer(of.elsewhere)}` : '', of.unassigned > 0 ? t`ended without anybody, left out: ${format.integer(of.unassigned)}` : '',
    of.assumed > 0 ? t`not done yet, taken as long as most: ${format.integer(of.assumed)}` : '', of.always > 0 ? t`agents without shifts, taken as there around the clock: ${format.integer(of.always)}` : '',
  ].filter(Boolean)
  return (
    <div className="ro-model">
      <p><Trans>{from} – {to}, tickets: {tickets}. Nothing is changed by this.</Trans></p>
      <p className="pt-soft"><Trans>A model: the same tickets come when they came and take as long as they took, within the shifts of whoever has them. Everybody works in all their shifts, and nobody declines. Head starts are left out. How far it is from what was, the two first lines of each queue say.</Trans></p>
      {facts.length > 0 && <p className="pt-faint">{facts.join(' · ')}</p>}
    </div>
  )
}

export function Trial({ names }: { names: Names }) {
  const { t } = useLingui()
  const changes = useChanges()
  const [days, setDays] = useState<number>(DAYS[1])
  const query = useTrial(changes, days)
  const options = DAYS.map((n) => ({ value: String(n), label: plural(n, { one: '# day', other: '# days' }) }))
  useShortcuts([{ keys: 'mod+Backspace', label: t`Nothing changed`, group: t`Routing`, run: () => setChanges(NO_CHANGES) }])
  return (
    <div className="ro-trial">
      <Panel title={t`What is tried`} label={t`What is tried`}>
        <div className="ro-form">
          <ChangeList of={changes} names={names} />
          <Staff of={changes} names={names} />
          <div className="pt-row"><SegmentedControl size="xs" aria-label={t`On the tickets of the last`} value={String(days)} data={options} onChange={(value) => setDays(Number(value))} />{countOf(changes) > 0 && <button type="button" className="ro-link" onClick={() => setChanges(NO_CHANGES)}><Trans>Nothing changed</Trans></button>}</div>
        </div>
      </Panel>
      <Loaded query={query} rows={6}>
        {(of) => (
          <>
            <Model of={of} />
            <Panel title={t`How long tickets wait`} label={t`How long tickets wait`}><Queues of={of} names={names} /></Panel>
            <Panel title={t`Who would wait longest, and what for`} label={t`Who would wait longest, and what for`}><Longest of={of} names={names} /></Panel>
            <Panel flush title={t`How busy agents are`} label={t`How busy agents are`}><Agents of={of} names={names} /></Panel>
          </>
        )}
      </Loaded>
    </div>
  )
}
