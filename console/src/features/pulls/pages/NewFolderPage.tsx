// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { useGo } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { toast } from '@/ui/toast'
import { FolderEditor } from '../components/FolderEditor'
import { folderForm } from '../form'
import { addFolder } from '../model'

export function NewFolderPage() {
  const { t } = useLingui()
  const go = useGo()
  return (
    <Page title={t`Add a drop folder`} note={<LinkTo href="/connectors/folders"><Trans>Drop folders</Trans></LinkTo>}>
      <FolderEditor
        begin={folderForm()} submit={t`Add the folder`} back="/connectors/folders"
        onSave={async (body) => {
          const made = await addFolder(body)
          toast({ text: made.enabled ? t`Added: what is left there is imported` : t`Added, switched off` })
          go(`/connectors/folders/${made.id}`)
          return made
        }}
      />
    </Page>
  )
}
