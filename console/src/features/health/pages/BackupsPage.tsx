// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Progress } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Ago, Code, Mono, Status, Time, type Tone } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { FormDialog } from '@/ui/dialogs'
import { Page, Panel } from '@/ui/Page'
import { Empty, errorText, Failed, Skeleton, StaleNote } from '@/ui/states'
import { toast } from '@/ui/toast'
import { HealthTabs } from '../components/Tabs'
import { type Backup, cancelBackup, startBackup, useBackups } from '../model'

const TONES: Record<Backup['state'], Tone> = { running: 'accent', done: 'good', failed: 'bad', cancelled: 'plain', removed: 'plain' }

function State({ backup }: { backup: Backup }) {
  const { t } = useLingui()
  const format = useFormat()
  const names: Record<Backup['state'], string> = { running: t`Running`, done: t`Whole`, failed: t`Failed`, cancelled: t`Cancelled`, removed: t`Removed` }
  const share = backup.state === 'running' && backup.bytes_expected ? Math.min(1, backup.bytes / backup.bytes_expected) : null
  return (
    <span className="pt-toolbar">
      <Status tone={TONES[backup.state]}>{names[backup.state]}</Status>
      {share !== null && <><Progress w={90} value={share * 100} aria-label={names.running} /> {format.percent(share, 0)}</>}
      {backup.error && <span className="pt-text-bad pt-ltr" title={backup.error}>{backup.error}</span>}
    </span>
  )
}

function useColumns(mayWrite: boolean): Column<Backup>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => {
    const kinds: Record<Backup['kind'], string> = { asked: t`asked for`, scheduled: t`by schedule`, streamed: t`sent to a command` }
    return [
      { id: 'at', title: t`Begun`, main: true, cell: (b) => <Time at={b.started_at} />, value: (b) => b.started_at, width: '190px' },
      { id: 'state', title: t`State`, cell: (b) => <State backup={b} />, value: (b) => b.state, width: 'minmax(220px, 1.4fr)' },
      { id: 'path', title: t`File`, cell: (b) => (b.path === null ? <span className="pt-faint">{t`none here`}</span> : <Mono>{b.path}</Mono>), value: (b) => b.path, width: 'minmax(200px, 1.4fr)' },
      { id: 'bytes', title: t`Size`, cell: (b) => format.bytes(b.bytes), value: (b) => b.bytes, numeric: true, width: '110px' },
      { id: 'secrets', title: t`Secrets`, cell: (b) => (b.secrets ? t`with` : t`without`), value: (b) => b.secrets, width: '100px' },
      { id: 'kind', title: t`How`, cell: (b) => `${kinds[b.kind]}, ${b.by}`, value: (b) => b.kind, width: 'minmax(140px, 1fr)' },
      { id: 'digest', title: t`Digest`, cell: (b) => (b.digest === null ? null : <Mono>{b.digest.slice(0, 16)}</Mono>), value: (b) => b.digest, optional: true, width: '170px' },
      ...(mayWrite ? [{
        id: 'cancel', title: t`Cancel`, width: '100px',
        cell: (b: Backup) => (b.state === 'running'
          ? <Button size="compact-xs" onClick={() => void cancelBackup(b.id).catch((why: unknown) => toast({ text: errorText(why), tone: 'bad' }))}>{t`Cancel`}</Button>
          : null),
      }] : []),
    ]
  }, [t, format, mayWrite])
}

export function BackupsPage() {
  const { t } = useLingui()
  const mayWrite = useMay('system.write')
  const query = useBackups()
  const columns = useColumns(mayWrite)
  const [asked, setAsked] = useState(false)
  const [secrets, setSecrets] = useState(true)
  const backups = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const first = query.data?.pages[0]
  const retry = () => void query.refetch()
  const folder = first?.folder ?? ''
  const hours = first?.every_hours ?? 0
  const keep = first?.keep ?? 0
  async function start() {
    await startBackup(secrets)
    setAsked(false)
  }
  return (
    <Page
      title={t`Health`} note={t`Backups hold all that cannot be computed anew: the log, the database, the secrets. Views are rebuilt after a restore.`}
      actions={mayWrite && first?.folder && <Button variant="filled" onClick={() => setAsked(true)}><Trans>Make a backup</Trans></Button>}
    >
      <HealthTabs at="backups" />
      {query.isError && query.data !== undefined && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
      {first === undefined ? (query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton rows={8} />) : (
        <>
          <p className="pt-soft">
            {first.newest_at ? <Trans>The newest whole one is of <Ago at={first.newest_at} />.</Trans> : <Trans>There is no whole one yet.</Trans>}{' '}
            {hours > 0 ? <Trans>Every {hours} h into <Mono>{folder}</Mono>, the last {keep} are kept.</Trans> : <Trans>No schedule is set (backup.every_hours).</Trans>}
          </p>
          {first.folder === null && (
            <Panel title={t`No backup folder is set`}>
              <p><Trans>Set backup.dir to a folder on another disk, or take one from the command line:</Trans></p>
              <Code label={t`Command`} text="patron --data DIR backup patron.ptb" />
            </Panel>
          )}
          <DataTable
            label={t`Backups`} columns={columns} rows={backups} rowId={(b) => b.id} csv="backups" storageKey="backups" maxRows={15}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            empty={<Empty title={t`No backup yet`}><Trans>What is not backed up is lost with the disk.</Trans></Empty>}
          />
        </>
      )}
      <FormDialog title={t`Make a backup`} opened={asked} onClose={() => setAsked(false)} onSubmit={start} submit={t`Begin`}>
        <p><Trans>It is written into <Mono>{folder}</Mono> while the server goes on working.</Trans></p>
        <Checkbox
          label={t`With the server's secrets`} checked={secrets} onChange={(event) => setSecrets(event.currentTarget.checked)}
          description={t`Without them API tokens and second factors end at a restore. With them the file must be kept as safe as the server.`}
        />
      </FormDialog>
    </Page>
  )
}
