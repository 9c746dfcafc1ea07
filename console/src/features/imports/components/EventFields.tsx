// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Select, TextInput } from '@mantine/core'
import { eventOf, type Mapping, withEvent } from '../mapping'

const EVENT_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias']

/** What a row becomes. */
export function EventFields({ mapping, onChange, label }: { mapping: Mapping; onChange: (next: Mapping) => void; label?: string }) {
  const { t } = useLingui()
  const part = eventOf(mapping)
  if (mapping.format === 'events') return null
  return (
    <>
      {part !== null && (
        <>
          <Select label={label ?? t`Each row is`} w={130} allowDeselect={false} data={EVENT_TYPES} value={part.type} onChange={(type) => onChange(withEvent(mapping, { ...part, type: type ?? 'track' }))} />
          <TextInput label={t`Event name`} w={220} value={part.name} onChange={(event) => onChange(withEvent(mapping, { ...part, name: event.currentTarget.value }))} />
        </>
      )}
      <TextInput
        label={t`Zone of its times`} w={180} placeholder="UTC" value={typeof mapping.zone === 'string' ? mapping.zone : ''}
        onChange={(event) => {
          const { zone: _, ...rest } = mapping
          onChange(event.currentTarget.value === '' ? rest : { ...rest, zone: event.currentTarget.value })
        }}
      />
    </>
  )
}
