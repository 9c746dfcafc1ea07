// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Checkbox, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useGo } from '@/base/url'
import { FormDialog } from '@/ui/dialogs'
import { addSource } from '../model'

export function AddSource({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const [name, setName] = useState('')
  const [historical, setHistorical] = useState(false)
  const [skew, setSkew] = useState<'correct' | 'keep'>('correct')
  async function add() {
    const made = await addSource({ name: name.trim(), historical, skew })
    go(`/sources/${made.id}`)
  }
  return (
    <FormDialog title={t`Add a source`} opened={opened} onClose={onClose} onSubmit={add} submit={t`Add the source`} disabled={name.trim() === ''}>
      <TextInput
        label={t`Name`} description={t`Where the events come from: web shop, app, tills`} required maxLength={100} data-autofocus autoComplete="off"
        value={name} onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t`Timestamps`} allowDeselect={false} value={skew} onChange={(value) => setSkew(value === 'keep' ? 'keep' : 'correct')}
        data={[{ value: 'correct', label: t`Correct wrong clocks by sentAt, as Segment does` }, { value: 'keep', label: t`Keep them as sent, as RudderStack does` }]}
      />
      <Checkbox
        label={t`May write the past`} description={t`For imports and migrations: no correction, no limit on how old an event is`}
        checked={historical} onChange={(event) => setHistorical(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
