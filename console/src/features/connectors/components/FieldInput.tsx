// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { Field } from '../model'
import { fieldWords } from '../words'

/** So long a text gets lines. */
const LONG = 1000

/** One setting of a kind. */
export function FieldInput({ field, value, error, onChange }: { field: Field; value: string; error: string | null; onChange: (value: string) => void }) {
  const { i18n } = useLingui()
  const { title, help } = fieldWords(i18n, field)
  if (field.choices !== null && field.choices.length > 0) {
    return <NativeSelect label={title} description={help} error={error} value={value === '' ? (field.fallback ?? '') : value} data={field.choices} onChange={(event) => onChange(event.currentTarget.value)} />
  }
  const shared = { label: title, description: help, required: field.required, error, maxLength: field.max, autoComplete: 'off', value, placeholder: field.fallback ?? '' }
  if (field.max >= LONG) return <Textarea {...shared} autosize minRows={4} maxRows={12} spellCheck={false} classNames={{ input: 'cn-json cn-mono' }} onChange={(event) => onChange(event.currentTarget.value)} />
  return <TextInput {...shared} classNames={{ input: 'cn-ltr' }} onChange={(event) => onChange(event.currentTarget.value)} />
}
