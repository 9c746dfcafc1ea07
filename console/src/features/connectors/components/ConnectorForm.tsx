// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { ButtonLink } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { type Form, formOf, missingOf, OWN_ADDRESS } from '../form'
import { guideOf } from '../guide'
import type { Kind } from '../model'
import { secretWords } from '../words'
import { FieldInput } from './FieldInput'
import { SourceChoice } from './SourceChoice'

const SECRET_MAX = 500

/** What a new connector of a kind wants to know. */
export function ConnectorForm({ kind, onSave }: { kind: Kind; onSave: (form: Form) => Promise<unknown> }) {
  const { t, i18n } = useLingui()
  const [form, setForm] = useState(formOf())
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const put = (change: Partial<Form>) => setForm((now) => ({ ...now, ...change }))
  const missing = missingOf(form, kind, true)
  const fault = (where: string) => (tried && missing.has(where) ? t`This is needed` : null)
  const secret = secretWords(i18n, kind)
  const { before } = guideOf(kind.name)

  async function save() {
    setTried(true)
    if (missing.size > 0 || busy) return
    setBusy(true)
    setError(null)
    try {
      await onSave(form)
    } catch (why) {
      setError(why)
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: t`Add the connector`, group: t`Connectors`, whileTyping: true, run: () => void save() }])

  return (
    <form className="cn-form" noValidate onSubmit={(event: FormEvent) => { event.preventDefault(); void save() }}>
      {before !== null && <Panel title={t`Before you begin`}><p className="pt-soft">{i18n._(before)}</p></Panel>}
      <Panel title={t`The connector`}>
        <div className="pt-stack">
          <TextInput label={t`Name`} description={t`As your people call the shop`} required maxLength={100} autoComplete="off" data-autofocus value={form.name} error={fault('name')} onChange={(event) => put({ name: event.currentTarget.value })} />
          <SourceChoice anew value={form.source} onChange={(source) => put({ source })} />
          {kind.secret !== 'none' && (
            <PasswordInput
              label={secret.title} description={kind.secret === 'made' ? t`Empty: one is made here and shown once` : secret.help} required={kind.secret === 'given'} maxLength={SECRET_MAX} autoComplete="new-password"
              value={form.secret} error={fault('secret')} onChange={(event) => put({ secret: event.currentTarget.value })}
            />
          )}
          {kind.fields.filter((field) => field.name !== OWN_ADDRESS).map((field) => (
            <FieldInput key={field.name} field={field} value={form.settings[field.name] ?? ''} error={fault(`settings.${field.name}`)} onChange={(value) => put({ settings: { ...form.settings, [field.name]: value } })} />
          ))}
        </div>
      </Panel>
      {error !== null && <p role="alert" className="pt-text-bad cn-error"><bdi>{errorText(error)}</bdi></p>}
      {tried && missing.size > 0 && <p role="alert" className="pt-text-bad"><Trans>Something is missing above.</Trans></p>}
      <div className="pt-actions cn-end">
        <ButtonLink href="/connectors/new"><Trans>Cancel</Trans></ButtonLink>
        <Button type="submit" variant="filled" loading={busy}><Trans>Add the connector</Trans></Button>
      </div>
    </form>
  )
}
