// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Checkbox, Select, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { changeSource, type Source, type SourceEdit } from '../model'

const editOf = (source: Source): Required<Pick<SourceEdit, 'name' | 'historical' | 'skew'>> =>
  ({ name: source.name, historical: source.historical, skew: source.skew })

export function EditSource({ source, opened, onClose }: { source: Source; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const [edit, setEdit] = useState(editOf(source))
  useEffect(() => {
    if (opened) setEdit(editOf(source))
  }, [opened, source])
  async function save() {
    const before = editOf(source)
    await changeSource(source.id, { ...edit, name: edit.name.trim() })
    onClose()
    toast({ text: t`Saved`, undo: () => changeSource(source.id, before) })
  }
  return (
    <FormDialog title={t`Edit the source`} opened={opened} onClose={onClose} onSubmit={save} submit={t`Save`} disabled={edit.name.trim() === ''}>
      <TextInput
        label={t`Name`} required maxLength={100} data-autofocus autoComplete="off" value={edit.name}
        onChange={(event) => {
          const name = event.currentTarget.value
          setEdit((now) => ({ ...now, name }))
        }}
      />
      <Select
        label={t`Timestamps`} allowDeselect={false} value={edit.skew} onChange={(value) => setEdit((now) => ({ ...now, skew: value === 'keep' ? 'keep' : 'correct' }))}
        data={[{ value: 'correct', label: t`Correct wrong clocks by sentAt, as Segment does` }, { value: 'keep', label: t`Keep them as sent, as RudderStack does` }]}
      />
      <Checkbox
        label={t`May write the past`} description={t`For imports and migrations: no correction, no limit on how old an event is`} checked={edit.historical}
        onChange={(event) => {
          const historical = event.currentTarget.checked
          setEdit((now) => ({ ...now, historical }))
        }}
      />
    </FormDialog>
  )
}
