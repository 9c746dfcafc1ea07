// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, NativeSelect, NumberInput, Select, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useGo, useParam } from '@/base/url'
import { categoriesOf, useNamed } from '@/features/desk'
import { Ago, Keys } from '@/ui/bits'
import { ConfirmDialog } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { errorText, Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { KEPT, type Secret, ServerFields } from '../components/ServerFields'
import { MailboxState } from '../components/State'
import { Templates } from '../components/Templates'
import { TestPanel } from '../components/Test'
import { type Draft, draftOf, idFrom, settingsOf } from '../draft'
import { type Mailbox, putMailbox, removeMailbox, useMailbox } from '../model'
import '../mailboxes.css'

type Secrets = { imap_secret: Secret; smtp_secret: Secret; dkim_key: Secret }
const NONE: Secrets = { imap_secret: KEPT, smtp_secret: KEPT, dkim_key: KEPT }

/** Only what was typed or is to be removed is sent. */
function saidOf(secrets: Secrets) {
  return Object.fromEntries(Object.entries(secrets).flatMap(([name, { text, remove }]) => (remove ? [[name, '']] : text === '' ? [] : [[name, text]])))
}

function Becomes({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  const { t } = useLingui()
  const named = useNamed().data
  const options = (list: readonly { id: string; name: string }[], chosen: string) => [...list.map((one) => ({ value: one.id, label: one.name })), ...(chosen === '' || list.some((one) => one.id === chosen) ? [] : [{ value: chosen, label: chosen }])]
  const pick = (label: string, field: 'queue' | 'category', list: readonly { id: string; name: string }[], description: string) => (
    <Select label={label} description={description} searchable clearable clearButtonProps={{ 'aria-label': t`none` }} value={draft[field] === '' ? null : draft[field]} data={options(list, draft[field])} onChange={(value) => set({ [field]: value ?? '' })} />
  )
  const fates = [{ value: 'ticket', label: t`A ticket` }, { value: 'file', label: t`Filed, no ticket` }]
  const count = (label: string, field: 'hourly' | 'automatic_hourly', min: number, max: number) => <NumberInput label={label} min={min} max={max} allowDecimal={false} hideControls value={draft[field]} onChange={(value) => set({ [field]: Number(value) || min })} />
  return (
    <Panel title={t`What a message becomes`} label={t`What a message becomes`}>
      <div className="mb-fields">
        <NativeSelect label={t`Type`} description={t`Of the ticket`} value={draft.type} data={[{ value: 'incident', label: t`Incident` }, { value: 'service_request', label: t`Service request` }]} onChange={(event) => set({ type: event.currentTarget.value as Draft['type'] })} />
        {pick(t`Queue`, 'queue', named?.queues ?? [], t`Empty: by its category`)}
        {pick(t`Category`, 'category', categoriesOf(named), t`Empty: by triage of its text`)}
      </div>
      <div className="mb-fields">
        <NativeSelect label={t`A ticket's mark stands in`} value={draft.reply} data={[{ value: 'address', label: t`the address of answers` }, { value: 'subject', label: t`the subject` }]} onChange={(event) => set({ reply: event.currentTarget.value as Draft['reply'] })} />
        <NativeSelect label={t`Lists and newsletters`} value={draft.lists} data={fates} onChange={(event) => set({ lists: event.currentTarget.value as Draft['lists'] })} />
        <NativeSelect label={t`What programs write`} value={draft.automatic} data={fates} onChange={(event) => set({ automatic: event.currentTarget.value as Draft['automatic'] })} />
      </div>
      <div className="mb-checks">
        <Checkbox label={t`A message may join the open incident of its fault`} checked={draft.join} onChange={(event) => set({ join: event.currentTarget.checked })} />
        <Checkbox label={t`Whom the sender copied hears of it too`} checked={draft.cc} onChange={(event) => set({ cc: event.currentTarget.checked })} />
        <Checkbox label={t`Answers have below them what they answer`} checked={draft.quote} onChange={(event) => set({ quote: event.currentTarget.checked })} />
      </div>
      <div className="mb-fields">
        {count(t`Tickets of one address in an hour; more go to quarantine`, 'hourly', 1, 10000)}
        {count(t`Automatic answers to one address in an hour`, 'automatic_hourly', 0, 100)}
      </div>
    </Panel>
  )
}

function Dkim({ of, draft, set, secret, onSecret }: { of: Mailbox | null; draft: Draft; set: (change: Partial<Draft>) => void; secret: Secret; onSecret: (secret: Secret) => void }) {
  const { t } = useLingui()
  return (
    <details open={of?.dkim_key === true}>
      <summary><Trans>Sign with DKIM</Trans></summary>
      <div className="mb-fields">
        <TextInput label={t`Domain`} className="pt-ltr" maxLength={253} spellCheck={false} value={draft.dkim_domain} onChange={(event) => set({ dkim_domain: event.currentTarget.value.trim() })} />
        <TextInput label={t`Selector`} className="pt-ltr" maxLength={63} spellCheck={false} value={draft.dkim_selector} onChange={(event) => set({ dkim_selector: event.currentTarget.value.trim() })} />
        <div className="mb-key pt-stack">
          <Textarea label={t`Private key`} description={t`PEM: RSA or Ed25519`} autosize minRows={2} maxRows={8} maxLength={8192} spellCheck={false} disabled={secret.remove} value={secret.text} placeholder={of?.dkim_key ? t`kept as it is` : ''} onChange={(event) => onSecret({ text: event.currentTarget.value, remove: false })} />
          {of?.dkim_key === true && <Checkbox size="xs" label={t`Remove the key`} checked={secret.remove} onChange={(event) => onSecret({ text: '', remove: event.currentTarget.checked })} />}
        </div>
      </div>
    </details>
  )
}

function Beside({ of, changed, onRemove }: { of: Mailbox | null; changed: boolean; onRemove: () => void }) {
  const { t } = useLingui()
  return (
    <div className="mb-beside">
      <TestPanel of={of} changed={changed} />
      {of !== null && (
        <Panel title={t`How it is`} label={t`How it is`}>
          <Facts rows={[
            [t`State`, <MailboxState key="s" of={of} />],
            [t`Last message`, <Ago key="m" at={of.last_message_at} />],
            [t`Looked last`, <Ago key="l" at={of.looked_at} />],
            ...(of.error === null ? [] : [[t`Last error`, <span key="e" className="pt-text-bad mb-error"><bdi>{of.error}</bdi> (<Ago at={of.error_at} />)</span>] as [ReactNode, ReactNode]]),
            [t`Changed`, <span key="c"><Ago at={of.changed_at} /> <bdi>{of.changed_by}</bdi></span>],
            [t`Its messages`, <span key="i" className="pt-row"><LinkTo href={`/desk/mailboxes?show=in&mailbox=${of.id}`}><Trans>What came</Trans></LinkTo> <LinkTo href={`/desk/mailboxes?show=out&mailbox=${of.id}`}><Trans>What leaves</Trans></LinkTo></span>],
          ]} />
          <p className="mb-more"><Button size="compact-sm" onClick={onRemove}><Trans>Remove the mailbox…</Trans></Button></p>
        </Panel>
      )}
    </div>
  )
}

/** What is typed, beside the mailbox as it was when one began: who saves over somebody else's change is told so. */
function useDraft(newest: Mailbox | null) {
  const [of, setOf] = useState(newest)
  const [draft, setDraft] = useState(() => draftOf(newest))
  const [secrets, setSecrets] = useState(NONE)
  const changed = JSON.stringify([draft, secrets]) !== JSON.stringify([draftOf(of), NONE])
  const begin = (mailbox: Mailbox | null) => {
    setOf(mailbox)
    setDraft(draftOf(mailbox))
    setSecrets(NONE)
  }
  useEffect(() => {
    if (newest !== null && newest.version !== of?.version && !changed) begin(newest)
    else if (newest !== null && newest.version === of?.version) setOf(newest)
  }, [newest])
  return { of, draft, setDraft, secrets, setSecrets, changed, begin }
}

function Form({ of: newest }: { of: Mailbox | null }) {
  const { t } = useLingui()
  const go = useGo()
  const { of, draft, setDraft, secrets, setSecrets, changed, begin } = useDraft(newest)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [removing, setRemoving] = useState(false)
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))
  const secret = (name: keyof Secrets) => (value: Secret) => setSecrets((now) => ({ ...now, [name]: value }))
  const ready = draft.address.trim() !== '' && draft.name.trim() !== ''
  async function save() {
    if (!ready || busy) return
    setBusy(true)
    setProblem(null)
    try {
      const saved = await putMailbox(of?.id ?? idFrom(draft.name), { version: of?.version ?? 0, name: draft.name.trim(), paused: of?.paused ?? false, settings: settingsOf(draft), ...saidOf(secrets) })
      toast({ text: t`${saved.name} was saved` })
      if (of === null) go(`/desk/mailboxes/${saved.id}`)
      else begin(saved)
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: t`Save`, group: t`Mailboxes`, whileTyping: true, run: () => void save() }])
  return (
    <div className="mb-columns">
      <div>
        <Panel title={t`Who it is`} label={t`Who it is`}>
          <div className="mb-fields">
            <TextInput label={t`Name`} required maxLength={200} autoComplete="off" value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} {...(of === null ? { 'data-autofocus': true } : {})} />
            <TextInput label={t`Address`} description={t`That people write to`} required type="email" className="pt-ltr" maxLength={200} autoComplete="off" value={draft.address} onChange={(event) => set({ address: event.currentTarget.value.trim() })} />
            <TextInput label={t`Name beside the address`} description={t`As recipients read it`} maxLength={100} autoComplete="off" value={draft.from} onChange={(event) => set({ from: event.currentTarget.value })} />
            <TextInput label={t`Language`} description={t`Where a message says none: en, de, ar …`} className="pt-ltr" maxLength={8} value={draft.language} onChange={(event) => set({ language: event.currentTarget.value.trim() })} />
          </div>
        </Panel>
        <Panel title={t`Incoming (IMAP)`} label={t`Incoming (IMAP)`}>
          <ServerFields which="imap" server={draft.imap} there={of?.imap_secret ?? false} secret={secrets.imap_secret} onChange={(imap) => set({ imap })} onSecret={secret('imap_secret')} />
          <div className="mb-fields">
            <TextInput label={t`Folder`} className="pt-ltr" disabled={draft.imap.host === ''} maxLength={200} value={draft.folder} onChange={(event) => set({ folder: event.currentTarget.value })} />
            <TextInput label={t`Move what was taken to`} description={t`Empty: marked as seen`} className="pt-ltr" disabled={draft.imap.host === ''} maxLength={200} value={draft.done_folder} onChange={(event) => set({ done_folder: event.currentTarget.value })} />
          </div>
        </Panel>
        <Panel title={t`Outgoing (SMTP)`} label={t`Outgoing (SMTP)`}>
          <ServerFields which="smtp" server={draft.smtp} there={of?.smtp_secret ?? false} secret={secrets.smtp_secret} onChange={(smtp) => set({ smtp })} onSecret={secret('smtp_secret')} />
          <Dkim of={of} draft={draft} set={set} secret={secrets.dkim_key} onSecret={secret('dkim_key')} />
        </Panel>
        <Becomes draft={draft} set={set} />
        <Panel title={t`What leaves by itself`} label={t`What leaves by itself`}><Templates templates={draft.templates} onChange={(templates) => set({ templates })} /></Panel>
        {(changed || of === null) && (
          <div className="mb-save" role="group" aria-label={t`Save`}>
            <Button variant="filled" loading={busy} disabled={!ready} onClick={() => void save()} rightSection={<Keys keys="mod+s" />}><Trans>Save</Trans></Button>
            {of !== null && <Button onClick={() => { begin(newest); setProblem(null) }}><Trans>As it was</Trans></Button>}
            {problem !== null && <span role="alert" className="pt-text-bad mb-error">{problem}</span>}
          </div>
        )}
      </div>
      <Beside of={of} changed={changed} onRemove={() => setRemoving(true)} />
      {of !== null && (
        <ConfirmDialog
          title={t`Remove the mailbox`} word={of.name} opened={removing} onClose={() => setRemoving(false)} submit={t`Remove`}
          onConfirm={async () => {
            await removeMailbox(of.id)
            const { name } = of
            toast({ text: t`${name} was removed` })
            go('/desk/mailboxes')
          }}
        >
          <Trans>Its tickets stay. What waits to be sent fails. Its passwords and keys are gone for good.</Trans>
        </ConfirmDialog>
      )}
    </div>
  )
}

export function MailboxPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = useMailbox(id, id !== '')
  if (id === '') return <Page title={t`A new mailbox`} note={<LinkTo href="/desk/mailboxes"><Trans>Mailboxes</Trans></LinkTo>}><Form of={null} /></Page>
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such mailbox`} />
  return (
    <Page title={query.data?.name ?? id} note={<span className="pt-row"><LinkTo href="/desk/mailboxes"><Trans>Mailboxes</Trans></LinkTo>{query.data && <span className="pt-ltr">{query.data.settings.address}</span>}</span>}>
      <Loaded query={query} rows={10}>{(of) => <Form key={of.id} of={of} />}</Loaded>
    </Page>
  )
}
