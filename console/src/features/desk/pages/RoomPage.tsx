// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, Textarea } from '@mantine/core'
import { useCallback, useMemo, useState } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useParam } from '@/base/url'
import { Ago, Status, Time } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { Empty, Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { ActionsOf } from '../components/Actions'
import { MajorMark, Priority, SlaChip, StateChip } from '../components/chips'
import { Composer } from '../components/Composer'
import { Conflict } from '../components/Conflict'
import { Conversation } from '../components/Conversation'
import { Dialogs } from '../components/Dialogs'
import type { Asking } from '../components/Head'
import { Stakeholders } from '../components/Stakeholders'
import { answered } from '../edits'
import { type DeskRecord, type Escalation, type Report, type Ticket, useEscalations, useFollow, useNow, useReports, useTicket } from '../model'
import { useNames } from '../names'
import { useAct } from '../useAct'
import { escalationState } from '../words'
import '../desk.css'

function Command({ ticket, now }: { ticket: Ticket; now: number }) {
  const { t } = useLingui()
  const names = useNames()
  const act = useAct()
  const format = useFormat()
  const may = useMay('desk.write')
  return (
    <Panel title={t`Command`}>
      <div className="pt-stack">
        <NativeSelect
          label={t`Commander`} disabled={!may} value={ticket.commander} data={[{ value: '', label: t`nobody yet` }, ...names.people.map((one) => ({ value: one.id, label: one.name }))]}
          onChange={(event) => {
            const commander = event.currentTarget.value
            const name = names.fullName(commander)
            void act([ticket], { commander }, () => (commander === '' ? t`Nobody commands` : t`${name} commands`))
          }}
        />
        <dl className="dk-room-facts">
          <div><dt>{t`Going on for`}</dt><dd>{format.duration(Math.max(0, (ticket.resolved_at === null ? now : Date.parse(ticket.resolved_at)) - Date.parse(ticket.opened_at)))}</dd></div>
          <div><dt>{t`Stores`}</dt><dd>{format.integer(ticket.stores)}</dd></div>
          <div><dt>{t`Tills`}</dt><dd>{format.integer(ticket.tills)}</dd></div>
          <div><dt>{t`Customers`}</dt><dd>{format.integer(ticket.customers)}</dd></div>
        </dl>
      </div>
    </Panel>
  )
}

/** Where it is felt, the most reports first. */
function Affected({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const names = useNames()
  const format = useFormat()
  const query = useReports(ticket)
  const stores = useMemo(() => {
    const counts = new Map<string, number>()
    const reports: Report[] = query.data?.pages.flatMap((page) => page.data) ?? []
    for (const { store } of reports) counts.set(store, (counts.get(store) ?? 0) + 1)
    return [...counts].filter(([store]) => store !== '').sort(([, a], [, b]) => b - a)
  }, [query.data])
  return (
    <Panel title={t`Affected`} actions={<LinkTo href={`/desk/${ticket.key}?tab=reports`}><Trans>All reports</Trans></LinkTo>}>
      <div className="pt-stack">
        <div className="pt-row">{[...ticket.services.map(names.service), ...ticket.touchpoints.map(names.touchpoint)].map((name) => <Status key={name} tone="accent">{name}</Status>)}</div>
        <ul className="pt-items dk-stores" aria-label={t`Stores`}>{stores.map(([store, count]) => <li key={store}><span className="dk-store"><bdi>{store}</bdi></span> <span className="pt-faint">{format.integer(count)}</span></li>)}</ul>
      </div>
    </Panel>
  )
}

function Answer({ ticket, one, onClose }: { ticket: Ticket; one: Escalation; onClose: () => void }) {
  const { t } = useLingui()
  const names = useNames()
  const [text, setText] = useState('')
  return (
    <FormDialog
      title={t`What ${names.vendor(one.vendor)} answered`} opened onClose={onClose} submit={t`Note it`} disabled={text.trim() === ''}
      onSubmit={async () => {
        await answered(ticket.key, one.escalation, text.trim())
        onClose()
        toast({ text: t`The answer was noted` })
      }}
    >
      <Textarea aria-label={t`Answer`} autosize minRows={3} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
    </FormDialog>
  )
}

function Vendors({ ticket, now, onEscalate }: { ticket: Ticket; now: number; onEscalate: () => void }) {
  const { t } = useLingui()
  const names = useNames()
  const may = useMay('desk.write')
  const query = useEscalations(ticket)
  const [answering, setAnswering] = useState<Escalation | null>(null)
  const words = { answered: [t`Answered`, 'good'], late: [t`Late`, 'bad'], waiting: [t`Asked`, 'warn'] } as const
  return (
    <Panel title={t`Vendors`} actions={may && <Button size="compact-sm" onClick={onEscalate}><Trans>Escalate…</Trans></Button>}>
      <Loaded query={query} rows={2}>
        {(all) => (all.length === 0 ? <p className="pt-faint"><Trans>No vendor was asked.</Trans></p> : (
          <ul className="pt-items dk-vendors">
            {all.map((one) => {
              const [word, tone] = words[escalationState(one, now)]
              return (
                <li key={one.escalation}>
                  <div className="dk-vendor-head"><bdi>{names.vendor(one.vendor)}</bdi><Status tone={tone}>{word}</Status></div>
                  <div className="pt-soft"><bdi>{one.message}</bdi></div>
                  <div className="pt-faint"><Trans>Asked <Ago at={one.sent_at} /> by {one.sent_by}</Trans>{one.due_at !== null && <>{', '}<Trans>answer due <Time at={one.due_at} /></Trans></>}</div>
                  {one.contract !== '' && <div className="pt-faint"><bdi>{[one.contract, one.contact].filter(Boolean).join(' · ')}</bdi></div>}
                  {one.answered_at !== null ? <div className="dk-answer"><bdi>{one.answer}</bdi> <span className="pt-faint"><Ago at={one.answered_at} /></span></div>
                    : may && <div><Button size="compact-sm" onClick={() => setAnswering(one)}><Trans>Note their answer…</Trans></Button></div>}
                </li>
              )
            })}
          </ul>
        ))}
      </Loaded>
      {answering && <Answer ticket={ticket} one={answering} onClose={() => setAnswering(null)} />}
    </Panel>
  )
}

function Review({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const act = useAct()
  const may = useMay('desk.write')
  /** With the ticket as it was when one began: what others have written since is not overwritten. */
  const [typed, setTyped] = useState<{ text: string; of: Ticket } | null>(null)
  return (
    <Panel title={t`Review`} actions={may && typed !== null && typed.text !== ticket.review && (
      <Button
        size="compact-sm" variant="filled"
        onClick={() => void act([typed.of], { review: typed.text }, () => t`The review was saved`).then((done) => done && setTyped(null))}
      ><Trans>Save</Trans></Button>
    )}>
      <Textarea
        aria-label={t`Review`} autosize minRows={4} maxLength={10000} disabled={!may} value={typed?.text ?? ticket.review} onChange={(event) => setTyped({ text: event.currentTarget.value, of: typed?.of ?? ticket })}
        placeholder={t`What happened, why it was not noticed before, what is done so that it does not come again.`}
      />
    </Panel>
  )
}

function Room({ ticket, now }: { ticket: Ticket; now: number }) {
  const { t } = useLingui()
  const act = useAct()
  const may = useMay('desk.write')
  const [asking, setAsking] = useState<Asking>(null)
  const [macro, setMacro] = useState<DeskRecord | null>(null)
  const targets = useMemo(() => [ticket], [ticket])
  const still = useCallback(() => undefined, [])
  return (
    <Page
      title={ticket.title}
      note={<span className="pt-row"><Priority of={ticket.priority} /><LinkTo href={`/desk/${ticket.key}`}><span className="pt-ltr">{ticket.key}</span></LinkTo>{ticket.major && <MajorMark />}<StateChip of={ticket} /><SlaChip of={ticket} now={now} /></span>}
      actions={(
        <>
          <ButtonLink href={`/desk/${ticket.key}`}><Trans>The ticket</Trans></ButtonLink>
          {may && (ticket.major
            ? <Button onClick={() => void act([ticket], { major: false }, (of) => t`${of} is no major incident any more`)}><Trans>Stand down</Trans></Button>
            : <Button variant="filled" onClick={() => setAsking('major')}><Trans>Declare a major incident…</Trans></Button>)}
        </>
      )}
    >
      <ActionsOf tickets={targets} onMacro={setMacro}>
        <Conflict ticket={ticket} />
        {!ticket.major && <div className="pt-banner pt-warn" role="status"><Trans>It is no major incident now. What was done stands below.</Trans></div>}
        <div className="dk-room">
          <div>
            <Panel title={t`Timeline`}>
              <div className="pt-stack">
                <Conversation ticket={ticket} />
                {may ? <Composer key={ticket.key} ticket={ticket} macro={macro} onMacro={setMacro} onEditing={still} /> : <Empty title={t`You may read only`} />}
                <p className="pt-faint"><Trans>A reply is read by whoever reported it. Stakeholders read what is published beside.</Trans></p>
              </div>
            </Panel>
          </div>
          <div>
            <Command ticket={ticket} now={now} />
            <Stakeholders ticket={ticket} now={now} />
            <Affected ticket={ticket} />
            <Vendors ticket={ticket} now={now} onEscalate={() => setAsking('escalate')} />
            <Review ticket={ticket} />
          </div>
        </div>
      </ActionsOf>
      {asking !== null && <Dialogs asking={asking} ticket={ticket} onClose={() => setAsking(null)} />}
    </Page>
  )
}

export function RoomPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const now = useNow()
  const query = useTicket(id)
  useFollow(() => void query.refetch())
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such ticket`} />
  if (query.data === undefined) return <Page title={t`Major incident`}><Loaded query={query} rows={8}>{() => null}</Loaded></Page>
  return <Room ticket={query.data.ticket} now={now} />
}
