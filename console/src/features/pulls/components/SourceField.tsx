// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Autocomplete } from '@mantine/core'
import { useMay } from '@/base/session'
import { useSources } from '../model'

/** A source that is there, or a name that makes one. */
export function SourceField({ value, error, past = false, onChange }: {
  value: string
  error: string | null
  /** Only those that may write the past. */
  past?: boolean
  onChange: (value: string) => void
}) {
  const { t } = useLingui()
  const sources = useSources()
  const mayAdd = useMay('sources.write')
  const wanted = value.trim()
  const known = sources.find((one) => one.name === wanted || one.id === wanted)
  const fault = past && known && !known.historical ? t`This source may not write the past: choose another, or name a new one`
    : wanted !== '' && sources.length > 0 && !known && !mayAdd ? t`There is no such source, and your role cannot add one` : null
  return (
    <Autocomplete
      label={t`Source`} description={t`As which its events are written: one of yours, or a new name, which makes one`} required maxLength={100} value={value} error={error ?? fault} onChange={onChange}
      data={sources.filter((one) => one.historical || !past).map((one) => one.name)}
    />
  )
}
