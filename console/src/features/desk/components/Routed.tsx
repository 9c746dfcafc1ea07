// SPDX-License-Identifier: Apache-2.0
// To whom Patron gave or offered a ticket, and why them.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { useFormat } from '@/base/format'
import { Status, Time, type Tone } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { Loaded } from '@/ui/states'
import type { Ticket } from '../model'
import { useNames } from '../names'

type Decision = Awaited<ReturnType<typeof fetchDecisions>>[number]
type Why = Schemas['RoutingWhy']
const TONGUE = 'lang:'

const fetchDecisions = async (key: string, signal: AbortSignal) => (await ok(api.GET('/api/v1/tickets/{ticket}/routing', { params: { path: { ticket: key } }, signal }))).data

function useSkillName() {
  const { locale } = useFormat()
  const skills = useQuery({ queryKey: ['routing', 'skills'], queryFn: ({ signal }) => ok(api.GET('/api/v1/routing/skills', { signal })) }).data?.skills
  const languages = new Intl.DisplayNames([locale], { type: 'language' })
  return (id: string) => (id.startsWith(TONGUE) ? (languages.of(id.slice(TONGUE.length)) ?? id) : (skills?.find((one) => one.id === id)?.name ?? id))
}

function useStates(): Record<Decision['state'], [name: string, tone: Tone]> {
  const { t } = useLingui()
  return { assigned: [t`given`, 'good'], offered: [t`asked, no answer yet`, 'plain'], accepted: [t`accepted`, 'good'], rejected: [t`declined`, 'warn'], expired: [t`did not answer in time`, 'warn'], withdrawn: [t`taken back`, 'plain'] }
}

/** Why the queue's rule came to this agent. */
function useRule() {
  const { t } = useLingui()
  return (why: Why): string => {
    if (why.sticky) return t`spoke with the requester last`
    if (why.candidates === 1) return t`the only one who could take it`
    switch (why.strategy) {
      case 'longest_idle': return t`idle for longest`
      case 'least_loaded': return t`had the least in hand`
      case 'round_robin': return t`next in turn`
      case 'proficiency': return t`the highest levels of the skills`
    }
  }
}

function Needs({ of }: { of: NonNullable<Why['needs']> }) {
  const { t } = useLingui()
  const name = useSkillName()
  const level = (skill: string, n: number) => (skill.startsWith(TONGUE) ? (n > 0 ? t`yes` : t`no`) : n === 0 ? '–' : String(n))
  return (
    <table className="dk-table">
      <thead><tr><th scope="col">{t`Needed`}</th><th scope="col">{t`At first`}</th><th scope="col">{t`By then`}</th><th scope="col">{t`They have`}</th></tr></thead>
      <tbody>{of.map((one) => <tr key={one.skill}><th scope="row"><bdi>{name(one.skill)}</bdi></th><td>{level(one.skill, one.level)}</td><td>{one.still === 0 ? t`not needed` : level(one.skill, one.still)}</td><td>{level(one.skill, one.has)}</td></tr>)}</tbody>
    </table>
  )
}

function Reasons({ of }: { of: Why }) {
  const { t } = useLingui()
  const format = useFormat()
  const rule = useRule()
  const waited = format.duration(of.waited_s * 1000)
  const facts = [
    rule(of), of.candidates === 1 ? '' : plural(of.candidates, { one: '# agent fitted', other: '# agents fitted' }), t`priority ${of.priority} of 5 by then`, of.waited_s === 0 ? t`at once` : t`it had waited ${waited}`,
    of.steps > 0 ? plural(of.steps, { one: '# step in force', other: '# steps in force' }) : '', of.relaxed ? t`would not have fitted without them` : '', of.again ? t`had declined it, and nobody else was there` : '',
  ].filter(Boolean)
  return <ul className="dk-facts">{facts.map((one) => <li key={one}>{one}</li>)}</ul>
}

function One({ of, open }: { of: Decision; open: boolean }) {
  const names = useNames()
  const [state, tone] = useStates()[of.state]
  const needs = of.why.needs ?? []
  return (
    <li>
      <details open={open}>
        <summary><b><bdi>{names.person(of.account)}</bdi></b> <Status tone={tone}>{state}</Status> <span className="pt-faint"><Time at={of.ended_at ?? of.at} /></span></summary>
        <Reasons of={of.why} />
        {needs.length > 0 && <Needs of={needs} />}
      </details>
    </li>
  )
}

export function Routed({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useLingui()
  const query = useQuery({ queryKey: ['routing', 'ticket', ticket.key, ticket.version], queryFn: ({ signal }) => fetchDecisions(ticket.key, signal) })
  return (
    <Dialog opened onClose={onClose} title={t`Why this agent`}>
      <Loaded query={query} rows={3}>
        {(list) => (list.length === 0
          ? <p className="pt-soft">{ticket.assignee === '' ? <Trans>Patron has given it to nobody so far. Why tickets wait stands on the routing board.</Trans> : <Trans>Patron has not given it to anybody: somebody took it, or chose who has it.</Trans>}</p>
          : <ul className="pt-items dk-routed">{list.map((one, i) => <One key={one.decision} of={one} open={i === 0} />)}</ul>)}
      </Loaded>
    </Dialog>
  )
}
