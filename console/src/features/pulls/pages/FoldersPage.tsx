// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { Ago } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { ConnectorTabs } from '@/features/connectors'
import { FolderStatus } from '../components/States'
import { type Folder, useFolders } from '../model'
import { folderState } from '../state'

function useColumns(): Column<Folder>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (f) => <bdi>{f.name}</bdi>, value: (f) => f.name, width: 'minmax(140px, 1fr)' },
    { id: 'folder', title: t`Folder`, cell: (f) => <code className="pt-ltr" title={f.folder}>{f.folder}</code>, value: (f) => f.folder, width: 'minmax(140px, 1fr)' },
    { id: 'state', title: t`State`, cell: (f) => <FolderStatus of={f} />, value: (f) => folderState(f), width: '140px' },
    { id: 'source', title: t`Source`, cell: (f) => <bdi>{f.source ?? f.source_id}</bdi>, value: (f) => f.source, width: 'minmax(110px, 1fr)' },
    { id: 'reading', title: t`Read by`, cell: (f) => (f.recipe === null ? t`a mapping` : <bdi>{f.recipe}</bdi>), value: (f) => f.recipe, width: '130px' },
    { id: 'quiet', title: t`Quiet time`, cell: (f) => format.unit(f.quiet_s, 'second', 0), value: (f) => f.quiet_s, numeric: true, width: '110px' },
    {
      id: 'problem', title: t`Problem`, value: (f) => f.problem, width: 'minmax(140px, 1.4fr)',
      cell: (f) => (f.problem === null ? <span className="pt-faint">{t`none`}</span> : <bdi title={f.problem}>{f.problem}</bdi>),
    },
    { id: 'changed', title: t`Changed`, cell: (f) => <Ago at={f.changed_at} />, value: (f) => f.changed_at, width: '140px', optional: true },
    { id: 'by', title: t`Changed by`, cell: (f) => <bdi>{f.changed_by}</bdi>, value: (f) => f.changed_by, width: '140px', optional: true },
  ], [t, format])
}

function List({ all }: { all: readonly Folder[] }) {
  const { t } = useLingui()
  const go = useGo()
  const mayWrite = useMay('connectors.write')
  const columns = useColumns()
  return (
    <DataTable
      label={t`Drop folders`} columns={columns} rows={all} rowId={(f) => f.id} csv="drop-folders" storageKey="drop-folders" onOpen={(f) => go(`/connectors/folders/${f.id}`)} tone={(f) => (folderState(f) === 'problem' ? 'bad' : undefined)}
      empty={(
        <Empty title={t`No folder is watched yet`} action={mayWrite && <ButtonLink href="/connectors/folders/new" variant="filled"><Trans>Add the first folder</Trans></ButtonLink>}>
          <Trans>A drop folder is for tills and other old systems that can only write files: what they leave in it is imported at once and moved aside, the same file never twice. The operator says where on the server such folders may lie (connect.drop_root).</Trans>
        </Empty>
      )}
    />
  )
}

function Summary({ all }: { all: readonly Folder[] }) {
  const { t } = useLingui()
  const count = plural(all.length, { one: '# drop folder', other: '# drop folders' })
  const wrong = all.filter((f) => folderState(f) === 'problem').length
  return <>{all.length === 0 ? '\u00a0' : wrong === 0 ? t`${count}, none in trouble` : t`${count}, ${wrong} in trouble`}</>
}

export function FoldersPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = useFolders()
  const mayWrite = useMay('connectors.write')
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a drop folder`, group: t`Drop folders`, run: () => go('/connectors/folders/new') }] : [])
  return (
    <Page
      fill title={t`Drop folders`} note={query.data ? <Summary all={query.data} /> : '\u00a0'}
      actions={mayWrite && <ButtonLink href="/connectors/folders/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Add a drop folder</Trans></ButtonLink>}
    >
      <ConnectorTabs />
      <Loaded query={query}>{(all) => <List all={all} />}</Loaded>
    </Page>
  )
}
