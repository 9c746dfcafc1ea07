// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { newWebhookSecret } from '../form'
import type { Field } from '../model'
import { fieldWords } from '../words'

/** One setting of a kind. A secret that is stored is never shown: left empty it stays as it is. */
export function FieldInput({ kind, field, value, stored, error, onChange }: {
  kind: string
  field: Field
  value: string
  stored: boolean
  error: string | null
  onChange: (value: string) => void
}) {
  const { t, i18n } = useLingui()
  const { title, help } = fieldWords(i18n, kind, field)
  const shared = { label: title, description: help, required: field.required, error, maxLength: field.max, autoComplete: 'off', className: 'pt-grow' }
  const plain = { classNames: { input: 'de-ltr' } }
  const placeholder = stored ? t`stored; type to replace it` : field.fallback
  if (field.choices !== null && field.choices.length > 0) {
    const data = [...(field.fallback === '' ? [{ value: '', label: '–' }] : []), ...field.choices.map((one) => ({ value: one, label: one }))]
    return <NativeSelect label={title} description={help} error={error} value={value === '' ? field.fallback : value} data={data} onChange={(event) => onChange(event.currentTarget.value)} />
  }
  if (field.name === 'headers') {
    return <Textarea {...shared} {...plain} placeholder={placeholder} autosize minRows={2} maxRows={8} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
  }
  if (!field.secret) return <TextInput {...shared} {...plain} placeholder={placeholder} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
  return (
    <div className="de-secret">
      <PasswordInput {...shared} placeholder={placeholder} value={value} autoComplete="new-password" onChange={(event) => onChange(event.currentTarget.value)} />
      {kind === 'webhook' && field.name === 'secret' && <Button onClick={() => onChange(newWebhookSecret())}><Trans>Make one</Trans></Button>}
    </div>
  )
}
