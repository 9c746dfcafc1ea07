// SPDX-License-Identifier: Apache-2.0
// What stakeholders of a major incident are told: the update that is due, links to follow it by, people.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, MultiSelect, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Ago, Copy, Keys, Status, Time } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { Panel } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import type { Ticket } from '../model'
import { useNames } from '../names'
import { addressOf, makeLink, nextUpdate, publish, putPeople, type Room, revokeLink, type StatusLink, useRoom } from '../stakeholders'

const MAX = 10000

function Due({ room, now }: { room: Room; now: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const next = nextUpdate(room, now)
  if (next === null) return room.ended_at === null ? null : <p className="pt-faint"><Trans>It has ended. Links are valid until <Time at={room.links_expire_at} />.</Trans></p>
  const span = format.duration(Math.abs(next.due - now))
  return (
    <p role="status" className="pt-row">
      <Status tone={next.late ? 'bad' : 'plain'}>{next.late ? t`Update late by ${span}` : t`Next update in ${span}`}</Status>
      <span className="pt-faint"><Trans>promised every {format.duration(room.update_every_min * 60000)}</Trans></span>
    </p>
  )
}

function Write({ ticket, now, room }: { ticket: Ticket; now: number; room: Room }) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const once = useRef(crypto.randomUUID())
  const field = useRef<HTMLTextAreaElement>(null)
  async function send() {
    if (text.trim() === '' || busy) return
    setBusy(true)
    try {
      await publish(ticket.key, text.trim(), once.current)
      once.current = crypto.randomUUID()
      setText('')
      toast({ text: t`The update was published` })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'u', label: t`Write an update`, group: t`Tickets`, run: () => field.current?.focus() }])
  return (
    <div className="pt-stack">
      <Due room={room} now={now} />
      <Textarea
        ref={field} aria-label={t`Update for stakeholders`} placeholder={t`What is known, what is being done, what stores should do meanwhile.`}
        autosize minRows={3} maxLength={MAX} value={text}
        onChange={(event) => { setText(event.currentTarget.value); once.current = crypto.randomUUID() }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          void send()
        }}
      />
      <div className="pt-row"><Button variant="filled" loading={busy} disabled={text.trim() === ''} onClick={() => void send()}><Trans>Publish</Trans></Button><Keys keys="mod+Enter" /></div>
      <p className="pt-faint"><Trans>Whoever reported it, the people below and all who have a link read it. Internal notes stay inside.</Trans></p>
    </div>
  )
}

function NewLink({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useLingui()
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t`A link for stakeholders`} opened onClose={onClose} submit={t`Make it`} disabled={name.trim() === ''}
      onSubmit={async () => {
        await makeLink(ticket.key, name.trim())
        onClose()
        toast({ text: t`The link was made: copy it from the list` })
      }}
    >
      <p className="pt-soft"><Trans>Whoever has the link follows the incident without signing in. Revoke it when it went too far.</Trans></p>
      <TextInput label={t`For whom`} placeholder={t`Store managers`} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
    </FormDialog>
  )
}

function LinkRow({ ticket, link, may }: { ticket: Ticket; link: StatusLink; may: boolean }) {
  const { t } = useLingui()
  const address = addressOf(link)
  const name = link.name
  async function revoke() {
    try {
      await revokeLink(ticket.key, link.link)
      toast({ text: t`The link for ${name} was revoked` })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    }
  }
  return (
    <li>
      <div className="dk-vendor-head"><bdi>{name}</bdi>{link.revoked_at !== null && <Status tone="plain">{t`Revoked`}</Status>}</div>
      <div className="pt-faint">{link.revoked_at === null ? <Trans>Made <Ago at={link.made_at} /> by {link.made_by}</Trans> : <Trans>Revoked <Ago at={link.revoked_at} /> by {link.revoked_by}</Trans>}</div>
      {address !== null && (
        <div className="pt-row">
          <a href={address} target="_blank" rel="noreferrer"><Trans>Open</Trans></a>
          <Copy text={address} label={t`Copy the link for ${name}`} />
          {may && <Button size="compact-xs" onClick={() => void revoke()} aria-label={t`Revoke the link for ${name}`}><Trans>Revoke</Trans></Button>}
        </div>
      )}
    </li>
  )
}

function Edit({ ticket, room, onClose }: { ticket: Ticket; room: Room; onClose: () => void }) {
  const { t } = useLingui()
  const names = useNames()
  const of = (kind: 'account' | 'mail') => room.people.filter((one) => one.kind === kind).map((one) => one.address)
  const [accounts, setAccounts] = useState(() => of('account'))
  const [mails, setMails] = useState(() => of('mail'))
  const known = names.people.map((one) => ({ value: one.id, label: one.name }))
  const unknown = accounts.filter((id) => !known.some((one) => one.value === id)).map((id) => ({ value: id, label: id }))
  return (
    <FormDialog
      title={t`Who is told of each update`} opened onClose={onClose} submit={t`Save`}
      onSubmit={async () => {
        await putPeople(ticket.key, accounts, mails)
        onClose()
        toast({ text: t`Who is told was saved` })
      }}
    >
      <MultiSelect label={t`Colleagues`} description={t`In the console, and as they want to be told.`} searchable data={[...known, ...unknown]} value={accounts} onChange={setAccounts} data-autofocus />
      <TagsInput label={t`Mail addresses`} description={room.mails_leave ? t`Each gets the update, and the newest link that is valid.` : t`No mailbox can send: nothing leaves until one is set up.`} splitChars={[',', ' ', ';']} value={mails} onChange={setMails} />
    </FormDialog>
  )
}

function People({ room }: { room: Room }) {
  const names = useNames()
  if (room.people.length === 0) return <p className="pt-faint"><Trans>Nobody besides those who reported it, and who watches the ticket.</Trans></p>
  return <ul className="pt-items">{room.people.map((one) => <li key={`${one.kind} ${one.address}`}><bdi>{one.kind === 'account' ? names.fullName(one.address) : one.address}</bdi></li>)}</ul>
}

function Parts({ ticket, room, now }: { ticket: Ticket; room: Room; now: number }) {
  const { t } = useLingui()
  const may = useMay('desk.write')
  const [asking, setAsking] = useState<'link' | 'people' | null>(null)
  const close = () => setAsking(null)
  return (
    <>
      <Panel title={t`Updates for stakeholders`}>
        {may && ticket.major && ticket.closed_at === null ? <Write ticket={ticket} room={room} now={now} /> : <Due room={room} now={now} />}
      </Panel>
      <Panel title={t`Links to follow it by`} actions={may && ticket.major && <Button size="compact-sm" onClick={() => setAsking('link')}><Trans>Make a link…</Trans></Button>}>
        {room.links.length === 0 ? <p className="pt-faint"><Trans>None was made. A link shows the title, the state, where it is felt and the updates, and nothing internal.</Trans></p>
          : <ul className="pt-items dk-vendors">{room.links.map((link) => <LinkRow key={link.link} ticket={ticket} link={link} may={may} />)}</ul>}
      </Panel>
      <Panel title={t`Who is told`} actions={may && <Button size="compact-sm" onClick={() => setAsking('people')}><Trans>Change…</Trans></Button>}>
        <People room={room} />
      </Panel>
      {asking === 'link' && <NewLink ticket={ticket} onClose={close} />}
      {asking === 'people' && <Edit ticket={ticket} room={room} onClose={close} />}
    </>
  )
}

export function Stakeholders({ ticket, now }: { ticket: Ticket; now: number }) {
  const query = useRoom(ticket)
  return <Loaded query={query} rows={3}>{(room) => <Parts ticket={ticket} room={room} now={now} />}</Loaded>
}
