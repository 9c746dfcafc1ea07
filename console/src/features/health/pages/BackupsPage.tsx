// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Progress } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Ago, Code, Mono, Status, Time, type Tone, ZoneNote } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Page, Panel } from '@/ui/Page'
import { Empty, errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { HealthTabs } from '../components/Tabs'
import { type Backup, type BackupPage, cancelBackup, startBackup, useBackups } from '../model'

const TONES: Record<Backup['state'], Tone> = { running: 'accent', done: 'good', failed: 'bad', cancelled: 'plain', removed: 'plain' }

function State({ backup }: { backup: Backup }) {
  const { t } = useLingui()
  const format = useFormat()
  const names: Record<Backup['state'], string> = { running: t`Running`, done: t`Complete`, failed: t`Failed`, cancelled: t`Cancelled`, removed: t`Removed` }
  const share = backup.state === 'running' && backup.bytes_expected ? Math.min(1, backup.bytes / backup.bytes_expected) : null
  return (
    <span className="pt-row">
      <Status tone={TONES[backup.state]}>{names[backup.state]}</Status>
      {share !== null && <><Progress w={90} value={share * 100} aria-label={names.running} /> {format.percent(share, 0)}</>}
      {backup.error && <span className="pt-text-bad pt-ltr" title={backup.error}>{backup.error}</span>}
    </span>
  )
}

function useColumns(mayCancel: boolean): Column<Backup>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => {
    const kinds: Record<Backup['kind'], string> = { asked: t`asked for`, scheduled: t`by schedule`, streamed: t`sent to a command` }
    return [
      { id: 'at', title: t`Begun`, main: true, cell: (b) => <Time at={b.started_at} />, value: (b) => b.started_at, width: '215px' },
      { id: 'state', title: t`State`, cell: (b) => <State backup={b} />, value: (b) => b.state, width: 'minmax(150px, 1.2fr)' },
      { id: 'path', title: t`File`, cell: (b) => (b.path === null ? <span className="pt-faint">{t`none here`}</span> : <Mono>{b.path}</Mono>), value: (b) => b.path, width: 'minmax(200px, 1.4fr)' },
      { id: 'bytes', title: t`Size`, cell: (b) => format.bytes(b.bytes), value: (b) => b.bytes, numeric: true, width: '100px' },
      { id: 'secrets', title: t`Secrets`, cell: (b) => (b.secrets ? t`included` : t`left out`), value: (b) => b.secrets, width: '100px' },
      { id: 'kind', title: t`How`, cell: (b) => kinds[b.kind], value: (b) => b.kind, width: '150px' },
      { id: 'by', title: t`Who`, cell: (b) => b.by, value: (b) => b.by, width: 'minmax(130px, 1fr)' },
      { id: 'digest', title: t`Digest`, cell: (b) => (b.digest === null ? null : <Mono>{b.digest.slice(0, 16)}</Mono>), value: (b) => b.digest, optional: true, width: '170px' },
      ...(mayCancel ? [{
        id: 'cancel', title: t`Cancel`, width: '100px',
        cell: (b: Backup) => (b.state === 'running'
          ? <Button size="compact-xs" onClick={() => void cancelBackup(b.id).catch((why: unknown) => toast({ text: errorText(why), tone: 'bad' }))}>{t`Cancel`}</Button>
          : null),
      }] : []),
    ]
  }, [t, format, mayCancel])
}

/** How safe the data is now, and what makes backups. */
function Summary({ page }: { page: BackupPage }) {
  const { t } = useLingui()
  const folder = page.folder ?? ''
  const hours = page.every_hours
  const keep = page.keep
  if (page.folder === null) {
    return (
      <Panel title={t`No backup folder is set`}>
        <p><Trans>Set backup.dir to a folder on another disk, or take a backup on the command line:</Trans></p>
        <Code label={t`Command`} text="patron --data DIR backup patron.ptb" />
      </Panel>
    )
  }
  return (
    <p className="pt-soft">
      {page.newest_at ? <Trans>The newest complete backup was made <Ago at={page.newest_at} />.</Trans> : <Trans>There is no complete backup yet.</Trans>}{' '}
      {hours > 0
        ? <Trans>One is made every {hours} h in <Mono>{folder}</Mono>; the last {keep} are kept.</Trans>
        : <Trans>None is made by itself: <Mono>backup.every_hours</Mono> is not set. Folder: <Mono>{folder}</Mono></Trans>}
    </p>
  )
}

function Ask({ opened, onClose, folder }: { opened: boolean; onClose: () => void; folder: string }) {
  const { t } = useLingui()
  const [secrets, setSecrets] = useState(true)
  const start = () => startBackup(secrets).then(onClose)
  return (
    <FormDialog title={t`Make a backup`} opened={opened} onClose={onClose} onSubmit={start} submit={t`Begin`}>
      <p><Trans>It is written to <Mono>{folder}</Mono> on the server, which goes on working.</Trans></p>
      <Checkbox
        label={t`Include the server's secrets`} checked={secrets} onChange={(event) => setSecrets(event.currentTarget.checked)}
        description={t`Without them API tokens and second factors end at a restore. With them the file must be kept as safe as the server.`}
      />
    </FormDialog>
  )
}

export function BackupsPage() {
  const { t } = useLingui()
  const mayWrite = useMay('system.write')
  const query = useBackups()
  const [asked, setAsked] = useState(false)
  const backups = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const columns = useColumns(mayWrite && backups.some((b) => b.state === 'running'))
  const first = query.data?.pages[0]
  const folder = first?.folder ?? null
  return (
    <Page
      title={t`Health`} note={<><Trans>A backup holds all that cannot be computed anew: the log, the database, the secrets.</Trans> <ZoneNote /></>}
      actions={mayWrite && folder !== null && <Button variant="filled" leftSection={<Icon name="add" />} onClick={() => setAsked(true)}><Trans>Make a backup</Trans></Button>}
    >
      <HealthTabs />
      <Loaded query={query} rows={8}>
        {() => (
          <>
            {first && <Summary page={first} />}
            <DataTable
              label={t`Backups`} columns={columns} rows={backups} rowId={(b) => b.id} csv="backups" storageKey="backups" maxRows={15}
              more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
              empty={<Empty title={t`No backup yet`}><Trans>What is not backed up is lost with the disk.</Trans></Empty>}
            />
          </>
        )}
      </Loaded>
      <Ask opened={asked} onClose={() => setAsked(false)} folder={folder ?? ''} />
    </Page>
  )
}
