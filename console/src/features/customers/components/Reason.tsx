// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'

/** Why, for those who look later: it stands in the story of the person and in the audit. */
export function Reason({ value, onChange, first = false }: { value: string; onChange: (value: string) => void; first?: boolean }) {
  const { t } = useLingui()
  return (
    <TextInput
      label={t`Reason`} description={t`For those who look later; it is kept with your name.`} required maxLength={500} autoComplete="off" value={value} data-autofocus={first ? true : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
