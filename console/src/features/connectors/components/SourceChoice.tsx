// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Select } from '@mantine/core'
import { useMay } from '@/base/session'
import { useSourceNames } from '../model'

/** The source that the events belong to; '' where one is made, named as the connector. */
export function SourceChoice({ value, anew, onChange }: { value: string; anew: boolean; onChange: (id: string) => void }) {
  const { t } = useLingui()
  const sources = useSourceNames().data
  const mayMake = useMay('sources.write')
  if (!sources) return null
  return (
    <Select
      label={t`Source`} searchable clearable={anew} clearButtonProps={{ 'aria-label': t`A new source` }} allowDeselect={false} value={value === '' ? null : value} data={sources.map((one) => ({ value: one.id, label: one.name }))}
      placeholder={anew ? (mayMake ? t`a new one, named as the connector` : t`choose one`) : ''} description={anew ? t`What the events belong to.` : t`What events belong to from now on; those that came stay where they are.`}
      onChange={(id) => onChange(id ?? '')}
    />
  )
}
