// SPDX-License-Identifier: Apache-2.0
// What is asked before a ticket is linked, merged, escalated or declared major.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, Select, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { useGo } from '@/base/url'
import { change, escalate, link, merge, undoOf, unlink } from '../edits'
import { type LinkKind, said, type Ticket, useFound } from '../model'
import { useNames } from '../names'
import { linkKinds, states } from '../words'
import { Priority } from './chips'
import type { Asking } from './Head'
import { Pick } from './Pick'

/** Another ticket, found by words. */
function PickTicket({ label, note, ticket, fits, onPick, onClose }: { label: string; note?: string; ticket: Ticket; fits: (other: Ticket) => boolean; onPick: (other: Ticket) => void; onClose: () => void }) {
  const { i18n } = useLingui()
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), 120)
  const found = (useFound(search, true).data ?? []).filter((other) => other.key !== ticket.key && fits(other))
  return (
    <Pick
      label={label} {...(note === undefined ? {} : { note })} onType={setTyped} onClose={onClose}
      choices={found.map((other) => ({ id: other.key, text: other.title, before: <><Priority of={other.priority} /><span className="pt-ltr pt-faint">{other.key}</span></>, note: i18n._(states[other.state].name) }))}
      onPick={(id) => {
        const other = found.find((one) => one.key === id)
        if (other) onPick(other)
      }}
    />
  )
}

const KINDS: readonly LinkKind[] = ['related_to', 'caused_by', 'child_of', 'duplicate_of']

function LinkDialogs({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const [kind, setKind] = useState<LinkKind | null>(null)
  if (kind === null) {
    return <Pick label={t`${ticket.key} is…`} choices={KINDS.map((one) => ({ id: one, text: i18n._(linkKinds[one].to) }))} onClose={onClose} onPick={(id) => setKind(id as LinkKind)} />
  }
  async function run(other: Ticket) {
    onClose()
    if (kind === null) return
    try {
      await link(ticket.key, kind, other.key)
      const a = ticket.key
      const b = other.key
      toast({ text: t`${a} and ${b} are linked`, undo: () => unlink(a, kind, b) })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    }
  }
  return <PickTicket label={i18n._(linkKinds[kind].to)} ticket={ticket} fits={() => true} onClose={onClose} onPick={(other) => void run(other)} />
}

function MergeDialogs({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const [into, setInto] = useState<Ticket | null>(null)
  if (into === null) {
    return <PickTicket label={t`Merge ${ticket.key} into`} note={t`Open ones of the same type.`} ticket={ticket} fits={(other) => other.type === ticket.type && ['new', 'in_progress', 'waiting'].includes(other.state)} onClose={onClose} onPick={setInto} />
  }
  return (
    <FormDialog
      title={t`Merge ${ticket.key} into ${into.key}`} opened onClose={onClose} submit={t`Merge`}
      onSubmit={async () => {
        await merge(ticket.key, into.key)
        onClose()
        const a = ticket.key
        const b = into.key
        toast({ text: t`${a} was merged into ${b}` })
        go(`/desk/${b}`)
      }}
    >
      <p><Trans>All reports of {ticket.key} become those of <b><bdi>{into.title}</bdi></b>. {ticket.key} is closed as its duplicate; its history stays. A report can be parted again, one by one.</Trans></p>
    </FormDialog>
  )
}

function EscalateDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useLingui()
  const names = useNames()
  const own = ticket.services.map((id) => names.services.find((one) => one.id === id)).map((one) => (one === undefined ? '' : (said<string>(one, 'vendor') ?? ''))).find((vendor) => vendor !== '')
  const [chosen, setChosen] = useState<string | null>(null)
  const vendor = chosen ?? own ?? null
  const record = names.vendors.find((one) => one.id === vendor)
  const [message, setMessage] = useState('')
  const minutes = record === undefined ? undefined : said<number>(record, 'response_min')
  return (
    <FormDialog
      title={t`Escalate ${ticket.key} to a vendor`} opened onClose={onClose} submit={t`Escalate`} disabled={vendor === null}
      onSubmit={async () => {
        await escalate(ticket.key, vendor ?? '', message.trim())
        onClose()
        const name = names.vendor(vendor ?? '')
        toast({ text: t`${name} was asked` })
      }}
    >
      <Select label={t`Vendor`} value={vendor} onChange={setChosen} searchable data={names.vendors.map((one) => ({ value: one.id, label: one.name }))} data-autofocus />
      {record && <p className="pt-soft">{[said<string>(record, 'contract'), said<string>(record, 'contact'), said<string>(record, 'phone'), minutes === undefined ? '' : t`answers within ${minutes} min`].filter(Boolean).join(' · ')}</p>}
      <Textarea label={t`Message`} autosize minRows={3} maxLength={4000} value={message} placeholder={(record && said<string>(record, 'message')) ?? ticket.title} onChange={(event) => setMessage(event.currentTarget.value)} description={t`Left empty: the one that the vendor's record holds.`} />
    </FormDialog>
  )
}

function MajorDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const names = useNames()
  const [commander, setCommander] = useState(ticket.commander || names.me)
  return (
    <FormDialog
      title={t`Declare a major incident`} opened onClose={onClose} submit={t`Declare`}
      onSubmit={async () => {
        const edit = { major: true, commander }
        const after = await change(ticket, edit)
        onClose()
        const key = ticket.key
        const undo = undoOf(ticket, edit)
        toast({ text: t`${key} is a major incident`, ...(undo === null ? {} : { undo: () => change(after, undo) }) })
        go(`/desk/${key}/room`)
      }}
    >
      <p><Trans>One person commands, the others work. Stakeholders read the public updates. What follows is written down by itself.</Trans></p>
      <NativeSelect label={t`Commander`} value={commander} onChange={(event) => setCommander(event.currentTarget.value)} data={[{ value: '', label: t`nobody yet` }, ...names.people.map((one) => ({ value: one.id, label: one.name }))]} data-autofocus />
    </FormDialog>
  )
}

export function Dialogs({ asking, ticket, onClose }: { asking: Asking; ticket: Ticket; onClose: () => void }) {
  if (asking === 'link') return <LinkDialogs ticket={ticket} onClose={onClose} />
  if (asking === 'merge') return <MergeDialogs ticket={ticket} onClose={onClose} />
  if (asking === 'escalate') return <EscalateDialog ticket={ticket} onClose={onClose} />
  if (asking === 'major') return <MajorDialog ticket={ticket} onClose={onClose} />
  return null
}

