// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Textarea } from '@mantine/core'
import type { ReactNode } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useParam } from '@/base/url'
import { Ago, Mono, Status, Time } from '@/ui/bits'
import { ButtonLink } from '@/ui/LinkTo'
import { Facts, Page } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { useDraft } from '../draft'
import { Photos } from '../components/Photos'
import { Rating } from '../components/Rating'
import { useSend } from '../components/send'
import { answer, judge, type Note, type Report, type Ticket, useTicket } from '../model'
import { states } from '../words'
import '../portal.css'

function Known({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const format = useFormat()
  const first = ticket.mine[0]
  if (first === undefined || Date.parse(first.at) <= Date.parse(ticket.opened_at)) return null
  const [since, stores] = [format.dateTime(ticket.opened_at), format.integer(ticket.stores)]
  return <p><strong>{ticket.stores > 1 ? t`Known since ${since}, ${stores} stores; we are on it.` : t`Known since ${since}; we are on it.`}</strong> <Trans>Your report was added.</Trans></p>
}

function Verdict({ ticket }: { ticket: Ticket }) {
  const { busy, send, note } = useSend()
  const confirmed = ticket.mine.every((one) => one.confirmed_at !== null)
  if (ticket.state === 'solved' && confirmed) return <p className="pt-text-good"><Trans>You have said that it works again. Thank you.</Trans></p>
  if (ticket.state !== 'solved' && ticket.state !== 'closed') return null
  return (
    <>
      <div className="po-verdict">
        {ticket.state === 'solved' && <Button variant="filled" loading={busy} onClick={() => void send(() => judge(ticket.ticket, { solved: true }))}><Trans>Yes, it works</Trans></Button>}
        <Button loading={busy} onClick={() => void send(() => judge(ticket.ticket, { solved: false }))}>{ticket.state === 'solved' ? <Trans>No, still broken</Trans> : <Trans>It is back</Trans>}</Button>
      </div>
      {note}
    </>
  )
}

function Said({ note }: { note: Note }) {
  const { t } = useLingui()
  const by = { desk: t`Desk`, you: t`You`, store: note.name || t`Your store` }[note.by]
  const text = note.what === 'confirmed' ? t`It works again.` : note.text
  return (
    <li className={note.by === 'desk' || note.what === 'joined' ? 'po-note' : 'po-note po-own'}>
      <p><bdi>{text}</bdi></p>
      <small><bdi>{note.what === 'joined' ? t`Desk` : by}</bdi> · <Ago at={note.at} /></small>
    </li>
  )
}

function Answer({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const [draft, change] = useDraft(ticket.ticket)
  const { busy, send, note } = useSend()
  const text = draft.text ?? ''
  return (
    <form
      className="po-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '') return
        void send(async () => {
          await answer(ticket.ticket, text.trim())
          change({}, true)
        })
      }}
    >
      <Textarea label={ticket.state === 'needs_you' ? t`Your answer` : t`Add something`} autosize minRows={2} maxRows={10} maxLength={10000} value={text} onChange={(event) => change({ text: event.currentTarget.value })} />
      {note}
      <div><Button type="submit" variant={ticket.state === 'needs_you' ? 'filled' : 'default'} loading={busy} disabled={text.trim() === ''}><Trans>Send</Trans></Button></div>
    </form>
  )
}

function Own({ one }: { one: Report }) {
  const { t } = useLingui()
  const format = useFormat()
  const rows: [ReactNode, ReactNode][] = [[t`Reported`, <Time at={one.at} />]]
  if (one.store !== '') rows.push([t`Store`, <bdi>{one.store}</bdi>])
  if (one.till !== '') rows.push([t`Till`, <bdi>{one.till}</bdi>])
  if (one.customers > 0) rows.push([t`Customers waiting`, format.integer(one.customers)])
  if (one.text !== '') rows.push([t`Text`, <p className="po-text"><bdi>{one.text}</bdi></p>])
  return <Facts rows={rows} />
}

function Body({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useLingui()
  const state = states[ticket.state]
  return (
    <div className="po-page">
      <section className="po-card" aria-label={t`State`}>
        <div className="pt-row"><Status tone={state.tone}>{i18n._(state.name)}</Status><span className="pt-soft"><Trans>changed <Ago at={ticket.changed_at} /></Trans></span></div>
        <Known ticket={ticket} />
        <p>{i18n._(state.next)}</p>
        <Verdict ticket={ticket} />
        <Rating ticket={ticket} />
      </section>
      {ticket.notes.length > 0 && <ul className="po-talk" aria-label={t`What was said`}>{ticket.notes.map((note, i) => <Said key={i} note={note} />)}</ul>}
      {ticket.state !== 'cancelled' && <Answer ticket={ticket} />}
      <section className="po-card">
        <h2>{t`What was reported`}</h2>
        {ticket.mine.map((one) => <Own key={one.report} one={one} />)}
        <Photos ticket={ticket} />
      </section>
      <div><ButtonLink href="/portal"><Trans>Back</Trans></ButtonLink></div>
    </div>
  )
}

export function TicketPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = useTicket(id)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such report of yours`} />
  return (
    <Page title={query.data?.title || id} note={query.data ? <Mono>{query.data.ticket}</Mono> : '\u00a0'}>
      <Loaded query={query} rows={4}>{(ticket) => <Body ticket={ticket} />}</Loaded>
    </Page>
  )
}
