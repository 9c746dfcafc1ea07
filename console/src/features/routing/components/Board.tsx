// SPDX-License-Identifier: Apache-2.0
// Live: what waits in which queue and why, and who takes work with how much in hand.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Ago, Status } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Empty } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { type Board as Of, type BoardAgent, type BoardQueue, type Presence, putPresence, type Waiting } from '../model'
import { presences, reasons } from '../words'
import type { Names } from '../names'

function useWhy(names: Names) {
  const { t, i18n } = useLingui()
  return (of: Waiting): string => {
    const skill = names.skill(of.skill)
    const held = names.person(of.held_for)
    const { level } = of
    switch (of.reason) {
      case 'no_skill': return t`nobody there has ${skill} at level ${level}`
      case 'no_language': return t`nobody there speaks ${skill}`
      case 'held': return t`held for ${held}`
      default: return i18n._(reasons[of.reason])
    }
  }
}

function First({ of, names }: { of: BoardQueue; names: Names }) {
  const { t } = useLingui()
  const format = useFormat()
  const why = useWhy(names)
  return (
    <ol className="pt-items ro-first" aria-label={t`Why they wait`}>
      {of.first.map((one) => {
        const [serving, there, skilled, room] = [one.serving, one.there, one.skilled, one.room].map((n) => format.integer(n))
        return (
          <li key={one.ticket}>
            <span className="ro-p" title={t`Priority ${one.priority} of 5`}>P{one.priority}</span>
            <LinkTo href={`/desk/${one.ticket}`}><span className="pt-ltr">#{one.ticket}</span></LinkTo>
            <span className="pt-grow">{why(one)}</span>
            <span className="pt-faint">{t`serve it: ${serving}, there: ${there}, skilled: ${skilled}, with room: ${room}`}</span>
          </li>
        )
      })}
    </ol>
  )
}

function Queues({ of, names, onOpen }: { of: Of; names: Names; onOpen: (queue: string) => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const [shown, setShown] = useState<string | null>(null)
  const rows = [...of.queues].sort((a, b) => b.waiting - a.waiting || names.queue(a.queue).localeCompare(names.queue(b.queue)))
  return (
    <div className="pt-scroll" tabIndex={0} role="region" aria-label={t`Queues`}>
      <table className="ro-table">
        <thead>
          <tr>
            <th scope="col">{t`Queue`}</th><th scope="col" className="pt-num">{t`Waiting`}</th>
            {[1, 2, 3, 4, 5].map((p) => <th key={p} scope="col" className="pt-num">P{p}</th>)}
            <th scope="col">{t`Oldest`}</th><th scope="col"><span className="pt-hidden">{t`Why they wait`}</span></th>
          </tr>
        </thead>
        {rows.map((one) => (
          <tbody key={one.queue}>
            <tr>
              <th scope="row"><button type="button" className="ro-link" onClick={() => onOpen(one.queue)}><bdi>{names.queue(one.queue)}</bdi></button> {!one.on && <Status tone="plain">{t`off`}</Status>}</th>
              <td className="pt-num"><b>{format.integer(one.waiting)}</b></td>
              {one.by_priority.map((n, i) => <td key={i} className="pt-num">{n === 0 ? <span className="pt-faint">–</span> : <span className={i === 0 ? 'pt-text-bad' : undefined}>{format.integer(n)}</span>}</td>)}
              <td>{one.oldest_at === null ? <span className="pt-faint">–</span> : <Ago at={one.oldest_at} />}</td>
              <td className="pt-num">{one.first.length > 0 && <Button size="compact-xs" variant="subtle" aria-expanded={shown === one.queue} aria-label={t`Why tickets of ${names.queue(one.queue)} wait`} onClick={() => setShown(shown === one.queue ? null : one.queue)}><Trans>Why</Trans></Button>}</td>
            </tr>
            {shown === one.queue && <tr><td colSpan={9}><First of={one} names={names} /></td></tr>}
          </tbody>
        ))}
      </table>
    </div>
  )
}

function Load({ of }: { of: BoardAgent }) {
  const { t } = useLingui()
  const format = useFormat()
  const [load, capacity] = [format.integer(of.load), format.integer(of.capacity)]
  const share = of.capacity === 0 ? (of.load > 0 ? 1 : 0) : Math.min(1, of.load / of.capacity)
  return (
    <span className="ro-load" title={t`${load} of ${capacity}`}>
      <span aria-hidden="true" data-full={share >= 1}><i style={{ inlineSize: `${share * 100}%` }} /></span>
      {t`${load} of ${capacity}`}
    </span>
  )
}

function Agents({ of, names, onOpen }: { of: Of; names: Names; onOpen: (account: string) => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const may = useMay('desk.policy')
  const order: Record<Presence, number> = { online: 0, away: 1, offline: 2 }
  const rows = [...of.agents].sort((a, b) => order[a.presence] - order[b.presence] || names.person(a.account).localeCompare(names.person(b.account)))
  const set = async (account: string, presence: Presence, before: Presence) => {
    await putPresence(account, presence)
    const name = names.person(account)
    const state = i18n._(presences[presence].name)
    toast({ text: `${name}: ${state}`, undo: () => putPresence(account, before) })
  }
  return (
    <div className="pt-scroll" tabIndex={0} role="region" aria-label={t`Agents`}>
      <table className="ro-table">
        <thead><tr><th scope="col">{t`Agent`}</th><th scope="col">{t`State`}</th><th scope="col">{t`In hand`}</th><th scope="col" className="pt-num">{t`Offers`}</th><th scope="col">{t`Worked last`}</th></tr></thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.account}>
              <th scope="row"><button type="button" className="ro-link" onClick={() => onOpen(one.account)}><bdi>{names.person(one.account)}</bdi></button><div className="ro-note pt-faint">{[one.on_shift ? '' : t`not on shift`, one.reason].filter(Boolean).join(' · ')}</div></th>
              <td>
                {may ? (
                  <NativeSelect
                    size="xs" className="ro-presence" data-presence={one.presence} aria-label={t`State of ${names.person(one.account)}`} value={one.presence} data={(['online', 'away', 'offline'] as const).map((value) => ({ value, label: i18n._(presences[value].name) }))}
                    onChange={(event) => void attempt(set(one.account, event.currentTarget.value as Presence, one.presence))}
                  />
                ) : <Status tone={presences[one.presence].tone} dot>{i18n._(presences[one.presence].name)}</Status>}
              </td>
              <td><Load of={one} /></td>
              <td className="pt-num">{one.offers === 0 ? <span className="pt-faint">–</span> : format.integer(one.offers)}{one.missed > 0 && <span className="pt-text-warn"> {t`missed: ${format.integer(one.missed)}`}</span>}</td>
              <td>{one.idle_since === null ? <span className="pt-faint">–</span> : <Ago at={one.idle_since} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Board({ of, names, onQueue, onAgent }: { of: Of; names: Names; onQueue: (queue: string) => void; onAgent: (account: string) => void }) {
  const { t } = useLingui()
  if (of.queues.length === 0 && of.agents.length === 0) {
    return (
      <Empty title={t`Nothing is given by Patron yet`}>
        <Trans>Switch a queue on, say what its agents can and how much at once: whoever takes work then gets the next ticket that fits them.</Trans>
      </Empty>
    )
  }
  return (
    <div className="ro-board">
      <Panel flush title={<h2><Icon name="menu" /> <Trans>Queues</Trans></h2>} label={t`What waits`}>
        {of.queues.length === 0 ? <p className="ro-none pt-soft"><Trans>No queue has settings yet.</Trans></p> : <Queues of={of} names={names} onOpen={onQueue} />}
      </Panel>
      <Panel flush title={<h2><Icon name="people" /> <Trans>Agents</Trans></h2>} label={t`Who works`}>
        {of.agents.length === 0 ? <p className="ro-none pt-soft"><Trans>Nobody has settings yet.</Trans></p> : <Agents of={of} names={names} onOpen={onAgent} />}
      </Panel>
    </div>
  )
}
