// SPDX-License-Identifier: Apache-2.0
// What was promised, how far it is, and every second of it: a strip, and the same as a table.
import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { Status, Time, ZoneNote } from '@/ui/bits'
import { Empty, Loaded } from '@/ui/states'
import { type ClockKind, type StretchWhy, type Ticket, type TicketClock, useClocks, useExplanation } from '../model'
import { useNames } from '../names'
import { piecesOf, type Stretch } from '../strip'
import { clockStates, clocks, states, waits, whys } from '../words'
import { useLeftText } from './chips'
import { Scroll } from './Scroll'

const WHYS: readonly StretchWhy[] = ['counted', 'closed', 'paused', 'before_start', 'after_stop', 'cancelled', 'no_promise']
/** Rows of the table that are shown before somebody asks for all. */
const FIRST = 60

function Clock({ of, now, chosen, onChoose }: { of: TicketClock; now: number; chosen: boolean; onChoose: () => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const left = useLeftText()
  const { name, tone } = clockStates[of.state]
  const due = of.due_at === null ? null : Date.parse(of.due_at)
  const share = of.target_s > 0 ? Math.min(1, of.elapsed_s / of.target_s) : 0
  return (
    <li>
      <button type="button" className="dk-clock" aria-pressed={chosen} onClick={onChoose}>
        <span className="dk-clock-head"><span className="dk-clock-name">{i18n._(clocks[of.clock].name)}</span><Status tone={of.paused ? 'plain' : tone}>{of.paused ? t`Paused` : i18n._(name)}</Status></span>
        <span className="dk-bar" data-tone={of.state === 'breached' ? 'bad' : of.state === 'met' ? 'good' : 'accent'} aria-hidden="true"><span style={{ inlineSize: `${share * 100}%` }} /></span>
        <span className="dk-clock-figures">
          <span>{of.target_s > 0 ? t`${format.duration(of.elapsed_s * 1000)} of ${format.duration(of.target_s * 1000)}` : t`Nothing promised`}</span>
          {due !== null && of.open && !of.paused && <span className={due < now ? 'pt-text-bad' : ''}>{due < now ? t`late by ${left(due, now)}` : t`${left(due, now)} left`}</span>}
        </span>
        {due !== null && <span className="pt-faint"><Trans>Due <Time at={due} /></Trans></span>}
        {of.steps.filter((step) => step.at !== null).map((step) => <span key={step.name} className="pt-faint"><Trans>Escalates to “{step.name}” <Time at={step.at} /></Trans></span>)}
        {of.policy !== null && <span className="pt-faint"><Trans>Policy {of.policy.name}, version {of.policy.version}</Trans></span>}
      </button>
    </li>
  )
}

function Strip({ stretches }: { stretches: readonly Stretch[] }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const pieces = piecesOf(stretches)
  const first = pieces[0]
  const last = pieces.at(-1)
  return (
    <div className="dk-strip" role="img" aria-label={t`The life of the ticket; the table below says the same`}>
      <div className="dk-strip-pieces">
        {pieces.map((piece) => <span key={piece.from} data-why={piece.why} style={{ flexGrow: piece.share, flexBasis: 0 }} title={`${i18n._(whys[piece.why])}: ${format.duration(piece.seconds * 1000)}, ${format.dateTime(piece.from)} – ${format.dateTime(piece.to)}`} />)}
      </div>
      {first && last && <div className="dk-strip-ends pt-faint"><span>{format.dateTime(first.from)}</span><span>{format.dateTime(last.to)}</span></div>}
    </div>
  )
}

function useCalendarText() {
  const { t } = useLingui()
  const names = useNames()
  return (text: string) => {
    const [kind, ...rest] = text.split(' ')
    const id = rest.join(' ')
    if (text === '24x7') return t`round the clock`
    if (kind === 'store' && id !== '') return t`hours of store ${id}`
    if (kind === 'queue' && id !== '') return t`hours of ${names.queue(id)}`
    return text
  }
}

function Twin({ stretches, totals, elapsed }: { stretches: readonly Stretch[]; totals: Record<StretchWhy, number>; elapsed: number }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const calendar = useCalendarText()
  const [all, setAll] = useState(false)
  const whole = stretches.reduce((sum, one) => sum + one.seconds, 0)
  const shown = all ? stretches : stretches.slice(-FIRST)
  const state = (one: Stretch) => (one.waiting_for !== '' && one.waiting_for in waits ? i18n._(waits[one.waiting_for as keyof typeof waits]) : one.state in states ? i18n._(states[one.state as keyof typeof states].name) : one.state)
  return (
    <>
      <table className="dk-table dk-totals">
        <caption className="pt-hidden">{t`Seconds by reason`}</caption>
        <thead><tr><th scope="col">{t`Reason`}</th><th scope="col" className="pt-num">{t`Time`}</th><th scope="col" className="pt-num">{t`Seconds`}</th></tr></thead>
        <tbody>
          {WHYS.filter((why) => totals[why] > 0).map((why) => (
            <tr key={why}><th scope="row"><span className="dk-swatch" data-why={why} aria-hidden="true" />{i18n._(whys[why])}</th><td className="pt-num">{format.duration(totals[why] * 1000)}</td><td className="pt-num">{format.number(totals[why], 3)}</td></tr>
          ))}
          <tr className="dk-sum"><th scope="row">{t`All of it`}</th><td className="pt-num">{format.duration(whole * 1000)}</td><td className="pt-num">{format.number(whole, 3)}</td></tr>
        </tbody>
      </table>
      <p className="pt-faint"><Trans>The clock stands at {format.number(elapsed, 3)} seconds: what was counted in its latest round.</Trans></p>
      {!all && stretches.length > FIRST && <button type="button" className="dk-link" onClick={() => setAll(true)}>{t`All ${format.integer(stretches.length)} stretches`}</button>}
      <Scroll label={t`Stretches`}>
        <table className="dk-table">
          <thead><tr><th scope="col">{t`From`}</th><th scope="col">{t`To`}</th><th scope="col" className="pt-num">{t`Seconds`}</th><th scope="col">{t`Reason`}</th><th scope="col">{t`Calendar`}</th><th scope="col">{t`The ticket was`}</th><th scope="col" className="pt-num">{t`Round`}</th></tr></thead>
          <tbody>
            {shown.map((one) => (
              <tr key={`${one.from} ${one.history} ${one.why}`}>
                <td><Time at={one.from} /></td><td><Time at={one.to} /></td><td className="pt-num">{format.number(one.seconds, 3)}</td>
                <td><span className="dk-swatch" data-why={one.why} aria-hidden="true" />{i18n._(whys[one.why])}</td><td><bdi>{calendar(one.in)}</bdi></td><td>{state(one)}</td><td className="pt-num">{one.round === 0 ? '' : format.integer(one.round)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  )
}

function Explained({ ticket, clock }: { ticket: Ticket; clock: ClockKind }) {
  const { t } = useLingui()
  const query = useExplanation(ticket, clock)
  return (
    <Loaded query={query} rows={4}>
      {(found) => (found.stretches.length === 0 ? <Empty title={t`Nothing has happened yet`} /> : <><Strip stretches={found.stretches} /><Twin stretches={found.stretches} totals={found.totals} elapsed={found.elapsed_s} /></>)}
    </Loaded>
  )
}

export function Clocks({ ticket, now }: { ticket: Ticket; now: number }) {
  const { t, i18n } = useLingui()
  const query = useClocks(ticket)
  const [asked, setAsked] = useState<ClockKind | null>(null)
  return (
    <Loaded query={query} rows={3}>
      {({ clocks: all }) => {
        const chosen = all.find((one) => one.clock === asked) ?? all.find((one) => one.clock === ticket.due_clock) ?? all[0]
        if (chosen === undefined) return <Empty title={t`Nothing is promised for this ticket`}><Trans>No SLA policy in force applies to it.</Trans></Empty>
        return (
          <div className="dk-clocks">
            <ul className="pt-items dk-clock-list">{all.map((one) => <Clock key={one.clock} of={one} now={now} chosen={one.clock === chosen.clock} onChoose={() => setAsked(one.clock)} />)}</ul>
            <h2 className="dk-h">{i18n._(clocks[chosen.clock].of)} <ZoneNote /></h2>
            <Explained ticket={ticket} clock={chosen.clock} />
          </div>
        )
      }}
    </Loaded>
  )
}
