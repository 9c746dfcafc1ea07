// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSession } from '@/base/session'
import { toast } from '@/ui/toast'
import { useDraft } from '../draft'
import { type Category, type Form, reports } from '../model'
import type { Body } from '../outbox'
import { Chips } from './Chips'

const MINUTE_MS = 60000
const SINCE = ['0', '15', '60', '240'] as const
const WAITING = ['0', '3', '10', '30'] as const

/** Where a till is part of what is broken. */
function hasTill(category: Category | undefined): boolean {
  return category !== undefined && (category.touchpoint === 'in_store_checkout' || category.touchpoint === 'checkout')
}

/** A store: one of theirs, or any where the account is of none. */
function StoreField({ form, value, onChange }: { form: Form; value: string; onChange: (code: string) => void }) {
  const { t } = useLingui()
  if (form.stores.length === 1) return null
  if (form.stores.length === 0) return <TextInput label={t`Which store?`} maxLength={100} autoComplete="off" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
  return <Chips legend={t`Which store?`} value={value} options={form.stores.map((one) => ({ value: one.code, label: one.name || one.code }))} onChange={onChange} />
}

function TillField({ tills, value, onChange }: { tills: Form['stores'][number]['tills']; value: string; onChange: (code: string) => void }) {
  const { t } = useLingui()
  if (tills.length === 0 || tills.length > 40) return <TextInput label={t`Which till?`} maxLength={100} autoComplete="off" inputMode="text" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
  return <Chips legend={t`Which till?`} value={value} options={[...tills.map((one) => ({ value: one.code, label: one.name || one.code })), { value: '', label: t`All, or none of these` }]} onChange={onChange} />
}

export function ReportForm({ form, category, wish, onSent, onBack }: {
  form: Form
  /** undefined: none of them */
  category: Category | undefined
  /** Something is needed; nothing is broken. */
  wish: boolean
  onSent: (ticket: string | null) => void
  onBack: () => void
}) {
  const { t } = useLingui()
  const account = useSession()?.account?.id ?? ''
  const [draft, change] = useDraft(wish ? 'wish' : category?.id ?? 'other')
  const [busy, setBusy] = useState(false)
  const store = draft.store ?? form.stores[0]?.code ?? ''
  const tills = form.stores.find((one) => one.code === store)?.tills ?? []
  const text = draft.text ?? ''
  const ready = category !== undefined || text.trim() !== ''
  const labels = {
    since: { 0: t`Just now`, 15: t`15 minutes ago`, 60: t`An hour ago`, 240: t`Longer` },
    waiting: { 0: t`Nobody`, 3: t`A few`, 10: t`10 or more`, 30: t`30 or more` },
  }
  async function send(event: FormEvent) {
    event.preventDefault()
    if (!ready || busy) return
    setBusy(true)
    const since = Number(draft.since ?? '0')
    const body: Body = {
      type: wish ? 'service_request' : 'incident', category: category?.id ?? '', text: text.trim(), store,
      till: hasTill(category) ? draft.till ?? '' : '', customers: wish ? 0 : Number(draft.waiting ?? '0'),
      ...(wish ? {} : { since: new Date(Date.now() - since * MINUTE_MS).toISOString() }),
    }
    const ticket = await reports.add({ key: crypto.randomUUID(), account, title: category?.name ?? text.trim().slice(0, 80), at: new Date().toISOString(), body })
    change({}, true)
    setBusy(false)
    if (ticket === null) toast({ text: t`Kept on this device. It is sent as soon as the server can be reached.` })
    onSent(ticket)
  }
  return (
    <form className="po-form" onSubmit={(event) => void send(event)}>
      <StoreField form={form} value={store} onChange={(code) => change({ store: code, till: '' })} />
      {hasTill(category) && <TillField tills={tills} value={draft.till ?? ''} onChange={(till) => change({ till })} />}
      {!wish && <Chips legend={t`Since when?`} value={draft.since ?? '0'} options={SINCE.map((value) => ({ value, label: labels.since[value] }))} onChange={(since) => change({ since })} />}
      {!wish && <Chips legend={t`How many customers wait?`} value={draft.waiting ?? '0'} options={WAITING.map((value) => ({ value, label: labels.waiting[value] }))} onChange={(waiting) => change({ waiting })} />}
      <Textarea
        label={wish ? t`What do you need?` : category === undefined ? t`What is wrong?` : t`What do you see? (if you like)`} autosize minRows={3} maxRows={10} maxLength={9000}
        required={category === undefined} value={text} onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <div className="po-send">
        <Button type="button" onClick={onBack}><Trans>Back</Trans></Button>
        <Button type="submit" variant="filled" loading={busy} disabled={!ready}>{wish ? t`Ask for it` : t`Report it`}</Button>
      </div>
    </form>
  )
}
