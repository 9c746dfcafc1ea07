// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useGo, useParam } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { FolderEditor } from '../components/FolderEditor'
import { folderEdit, folderForm } from '../form'
import { type Folder, saveFolder, useFolder } from '../model'

function Edit({ of, onDrop }: { of: Folder; onDrop: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const [before] = useState(() => folderForm(of))
  return (
    <FolderEditor
      saved={of} begin={before} submit={t`Save`} back={`/connectors/folders/${of.id}`} onDrop={onDrop}
      onSave={async (body) => {
        const made = await saveFolder(of.id, body)
        toast({ text: t`Saved`, undo: () => saveFolder(of.id, folderEdit(before)) })
        go(`/connectors/folders/${of.id}`)
        return made
      }}
    />
  )
}

export function EditFolderPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = useFolder(id)
  const [round, setRound] = useState(0)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such drop folder`} />
  const name = query.data?.name ?? '\u00a0'
  return (
    <Page title={t`Edit the drop folder`} note={<LinkTo href={`/connectors/folders/${id}`}>{name}</LinkTo>}>
      <Loaded query={query} rows={10}>{(of) => <Edit key={`${of.id} ${round}`} of={of} onDrop={() => setRound(round + 1)} />}</Loaded>
    </Page>
  )
}
