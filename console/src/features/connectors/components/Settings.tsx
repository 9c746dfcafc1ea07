// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { Mono, Time } from '@/ui/bits'
import { ConfirmDialog } from '@/ui/dialogs'
import { Facts, Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { editOf, formOf, missingOf } from '../form'
import { changeConnector, type Connector, deleteConnector, type Kind } from '../model'
import { overlaps } from '../state'
import { fieldWords, kindTitle, secretWords } from '../words'
import { useSecretText } from './ConnectorState'
import { FieldInput } from './FieldInput'
import { RotateDialog } from './RotateDialog'
import { SourceChoice } from './SourceChoice'

function Basics({ of, kind }: { of: Connector; kind: Kind }) {
  const { t } = useLingui()
  const [form, setForm] = useState(() => formOf(of))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const missing = missingOf(form, kind, false)
  const edit = editOf(form, kind, of)
  const dirty = Object.keys(edit).length > 0
  async function save(event: FormEvent) {
    event.preventDefault()
    const before = formOf(of)
    setBusy(true)
    setError(null)
    try {
      const saved = await changeConnector(of.id, { ...edit, changed_at: of.changed_at })
      setForm(formOf(saved))
      toast({
        text: t`Saved`,
        undo: async () => setForm(formOf(await changeConnector(of.id, editOf(before, kind, saved)))),
      })
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t`Name and settings`}>
      <form className="pt-stack" noValidate onSubmit={(event) => void save(event)}>
        <TextInput label={t`Name`} required maxLength={100} autoComplete="off" value={form.name} error={missing.has('name') ? t`This is needed` : null} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
        <SourceChoice anew={false} value={form.source} onChange={(source) => setForm({ ...form, source })} />
        {kind.fields.map((field) => (
          <FieldInput
            key={field.name} field={field} value={form.settings[field.name] ?? ''} error={missing.has(`settings.${field.name}`) ? t`This is needed` : null}
            onChange={(value) => setForm({ ...form, settings: { ...form.settings, [field.name]: value } })}
          />
        ))}
        {error !== null && <p role="alert" className="pt-text-bad cn-error"><bdi>{errorText(error)}</bdi></p>}
        <div className="pt-actions cn-end">
          {dirty && <Button onClick={() => setForm(formOf(of))}><Trans>Discard</Trans></Button>}
          <Button type="submit" variant="filled" loading={busy} disabled={!dirty || missing.size > 0}><Trans>Save</Trans></Button>
        </div>
      </form>
    </Panel>
  )
}

function Secret({ of, kind }: { of: Connector; kind: Kind }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const [rotating, setRotating] = useState(false)
  const until = of.previous_until
  if (kind.secret === 'none') return null
  return (
    <Panel title={secretWords(i18n, kind).title} actions={<Button onClick={() => setRotating(true)}><Trans>New secret…</Trans></Button>}>
      <p className="pt-soft">
        {until !== null && overlaps(until, Date.now()) ? t`The secret before is right until ${format.dateTime(until)}.` : t`Stored sealed and never shown. When it is changed, the one before stays right for as long as you say.`}
      </p>
      <RotateDialog of={of} kind={kind} opened={rotating} onClose={() => setRotating(false)} />
    </Panel>
  )
}

/** On or off, with undo. */
export function useSwitch(of: Connector) {
  const { t } = useLingui()
  const name = of.name
  const set = (enabled: boolean) => changeConnector(of.id, { enabled })
  return () => attempt(set(!of.enabled).then(() => toast({
    text: of.enabled ? t`${name} is disabled: what comes is answered and dropped` : t`${name} is enabled`,
    undo: () => set(of.enabled),
  })))
}

function Ends({ of }: { of: Connector }) {
  const { t } = useLingui()
  const go = useGo()
  const [deleting, setDeleting] = useState(false)
  const flip = useSwitch(of)
  return (
    <Panel title={of.enabled ? t`Disable or delete` : t`Enable or delete`}>
      <div className="pt-stack">
        <p className="pt-soft"><Trans>Of a disabled connector deliveries are answered 200, counted and dropped, so that the vendor does not give up. Of a deleted one the address answers 404.</Trans></p>
        <div className="pt-actions">
          <Button onClick={() => void flip()}>{of.enabled ? <Trans>Disable</Trans> : <Trans>Enable</Trans>}</Button>
          <Button onClick={() => setDeleting(true)}><Trans>Delete the connector…</Trans></Button>
        </div>
      </div>
      <ConfirmDialog
        title={t`Delete the connector`} word={of.name} opened={deleting} onClose={() => setDeleting(false)} submit={t`Delete it`}
        onConfirm={async () => {
          await deleteConnector(of.id)
          toast({ text: t`${of.name} is deleted` })
          go('/connectors')
        }}
      >
        <Trans>Its address, secret, mapping and list of deliveries go. Its source and all events stay. A new connector gets another address. This cannot be undone.</Trans>
      </ConfirmDialog>
    </Panel>
  )
}

export function About({ of, kind }: { of: Connector; kind: Kind | undefined }) {
  const { t, i18n } = useLingui()
  const secret = useSecretText()
  const set = (kind?.fields ?? []).filter((field) => (of.settings[field.name] ?? '') !== '')
  return (
    <Panel title={t`About`}>
      <Facts
        rows={[
          [t`Kind`, kindTitle(i18n, of.kind, kind)],
          [t`Source`, of.source === null ? <span key="s" className="pt-faint">–</span> : <bdi key="s">{of.source.name}</bdi>],
          [kind && kind.secret !== 'none' ? secretWords(i18n, kind).title : t`Secret`, secret(of)],
          [t`Signature in`, <Mono key="h">{kind?.signature ?? ''}</Mono>],
          ...set.map((field): [string, React.ReactNode] => [fieldWords(i18n, field).title, <Mono key={field.name}>{of.settings[field.name] ?? ''}</Mono>]),
          [t`Id`, <Mono key="id" copy>{of.id}</Mono>],
          [t`Added`, <span key="c"><Time at={of.created_at} /> <bdi className="pt-faint">{of.created_by}</bdi></span>],
          [t`Changed`, <Time key="m" at={of.changed_at} />],
        ]}
      />
    </Panel>
  )
}

/** What can be changed of a connector; for who may not, what it is. */
export function Settings({ of, kind }: { of: Connector; kind: Kind | undefined }) {
  const mayWrite = useMay('connectors.write')
  if (!mayWrite || !kind) return <div className="cn-form"><About of={of} kind={kind} /></div>
  return (
    <div className="cn-form">
      <Basics key={of.id} of={of} kind={kind} />
      <Secret of={of} kind={kind} />
      <Ends of={of} />
    </div>
  )
}
