// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { Button, Menu } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useParam } from '@/base/url'
import { Code, Mono, Time } from '@/ui/bits'
import { ConfirmDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { Files } from '../components/Files'
import { FolderStatus } from '../components/States'
import { folderEdit, folderForm } from '../form'
import { deleteFolder, type Folder, saveFolder, useFiles, useFolder } from '../model'
import { folderState } from '../state'

const switched = (of: Folder, enabled: boolean) => saveFolder(of.id, folderEdit({ ...folderForm(of), source: of.source_id, enabled }))

function Actions({ of }: { of: Folder }) {
  const { t } = useLingui()
  const go = useGo()
  const [deleting, setDeleting] = useState(false)
  const name = of.name
  const flip = () => attempt(switched(of, !of.enabled).then(() => toast({
    text: of.enabled ? t`${name} is not watched any more` : t`${name} is watched`, undo: () => switched(of, of.enabled),
  })))
  useShortcuts([{ keys: 'e', label: t`Edit`, group: t`Drop folders`, run: () => go(`/connectors/folders/${of.id}/edit`) }])
  return (
    <>
      <Button leftSection={<Icon name={of.enabled ? 'pause' : 'play'} />} onClick={() => void flip()}>{of.enabled ? <Trans>Switch off</Trans> : <Trans>Switch on</Trans>}</Button>
      <ButtonLink href={`/connectors/folders/${of.id}/edit`}><Trans>Edit</Trans></ButtonLink>
      <Menu>
        <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="close" />} onClick={() => setDeleting(true)}><Trans>Delete the drop folder…</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        title={t`Delete the drop folder`} word={of.name} opened={deleting} onClose={() => setDeleting(false)} submit={t`Delete it`}
        onConfirm={async () => {
          await deleteFolder(of.id)
          go('/connectors/folders')
        }}
      >
        <Trans>It is not watched any more, and what is known of its files goes. The folder, its files and their events stay. This cannot be undone.</Trans>
      </ConfirmDialog>
    </>
  )
}

/** What a person should know or do first. */
function Notice({ of }: { of: Folder }) {
  const mayWrite = useMay('connectors.write')
  if (of.source === null) return <div className="pt-banner pt-bad" role="alert"><Trans>Its source is gone: edit it, and choose another.</Trans></div>
  if (folderState(of) !== 'problem') return null
  return (
    <div className="pt-banner pt-bad" role="alert">
      <span className="pu-text"><Trans>Its files wait: <bdi>{of.problem}</bdi></Trans></span>
      {mayWrite && <Button size="compact-xs" onClick={() => void attempt(switched(of, true))}><Trans>Look again</Trans></Button>}
    </div>
  )
}

function About({ of }: { of: Folder }) {
  const { t } = useLingui()
  const format = useFormat()
  return (
    <Panel title={t`About`}>
      <Facts
        rows={[
          [t`Folder`, <Mono key="f" copy>{of.folder}</Mono>],
          [t`Source`, of.source === null ? t`gone` : <LinkTo key="s" href={`/sources/${of.source_id}`}>{of.source}</LinkTo>],
          [t`Read by`, of.recipe === null ? t`a mapping` : <bdi key="r">{of.recipe}</bdi>],
          [t`Quiet time`, format.unit(of.quiet_s, 'second', 0)],
          [t`Id`, <Mono key="i" copy>{of.id}</Mono>],
          [t`Added`, <Time key="a" at={of.created_at} />],
          [t`Changed`, <span key="c"><Time at={of.changed_at} /> <bdi className="pt-faint">{of.changed_by}</bdi></span>],
        ]}
      />
    </Panel>
  )
}

function Detail({ of }: { of: Folder }) {
  const { t } = useLingui()
  const mayWrite = useMay('connectors.write')
  return (
    <Page title={of.name} note={<span className="pt-row"><LinkTo href="/connectors/folders">{t`Drop folders`}</LinkTo> <FolderStatus of={of} /></span>} actions={mayWrite && <Actions of={of} />}>
      <Notice of={of} />
      <Panel title={t`Files`} flush><Files id={of.id} /></Panel>
      <div className="pu-columns">
        <Panel title={t`Mapping`}><Code label={t`Mapping`} text={JSON.stringify(of.mapping, null, 2)} height={320} /></Panel>
        <About of={of} />
      </div>
    </Page>
  )
}

export function FolderPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = useFolder(id)
  // asked for at once, not when the part that shows them is there
  useFiles(id)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such drop folder`} />
  return <Loaded query={query} rows={10}>{(of) => <Detail of={of} />}</Loaded>
}
