// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, ok } from '@/api/client'
import { queries } from '@/base/session'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { ALL } from '../model'
import { useNames } from '../names'
import { idFrom } from '../records'
import { type Asked, toRecord } from '../views'

export function SaveView({ asked, onClose, onSaved }: { asked: Asked; onClose: () => void; onSaved: (id: string) => void }) {
  const { t } = useLingui()
  const { me } = useNames()
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t`Save this view`} opened onClose={onClose} submit={t`Save`} disabled={name.trim() === ''}
      onSubmit={async () => {
        const id = idFrom(name)
        await ok(api.PUT('/api/v1/desk/records/{kind}/{id}', { params: { path: { kind: 'views', id } }, body: { version: 0, name: name.trim(), record: toRecord(asked, me) as Record<string, never> } }))
        await queries.invalidateQueries({ queryKey: [ALL, 'records'] })
        onClose()
        onSaved(id)
        toast({ text: t`The view was saved` })
      }}
    >
      <TextInput label={t`Name`} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <p className="pt-soft"><Trans>It holds the filters and the order as they are now, for everybody. “Assigned to me” means whoever looks.</Trans></p>
    </FormDialog>
  )
}
