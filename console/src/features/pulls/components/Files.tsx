// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Ago, Mono, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Dialog } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { type DropFile, useFiles } from '../model'
import { errorsOf } from '../state'
import { FileStatus } from './States'

function useColumns(): Column<DropFile>[] {
  const { t } = useLingui()
  const format = useFormat()
  const mayImports = useMay('imports.read')
  return useMemo(() => [
    { id: 'name', title: t`File`, main: true, cell: (f) => <bdi title={f.name}>{f.name}</bdi>, value: (f) => f.name, width: 'minmax(140px, 1.2fr)' },
    { id: 'state', title: t`State`, cell: (f) => <FileStatus of={f} />, value: (f) => f.state, width: '152px' },
    { id: 'rows', title: t`Rows`, cell: (f) => (f.import === null ? '–' : format.integer(f.rows)), value: (f) => f.rows, numeric: true, width: '80px' },
    { id: 'landed', title: t`Landed`, cell: (f) => (f.import === null ? '–' : format.integer(f.landed)), value: (f) => f.landed, numeric: true, width: '84px' },
    { id: 'refused', title: t`Refused`, cell: (f) => <span className={f.refused > 0 ? 'pt-text-bad' : undefined}>{f.import === null ? '–' : format.integer(f.refused)}</span>, value: (f) => f.refused, numeric: true, width: '88px' },
    { id: 'taken', title: t`Taken`, cell: (f) => <Ago at={f.taken_at} />, value: (f) => f.taken_at, width: '135px' },
    { id: 'reason', title: t`Reason`, cell: (f) => <bdi title={f.reason ?? ''}>{f.reason ?? ''}</bdi>, value: (f) => f.reason, width: 'minmax(120px, 1.2fr)' },
    { id: 'import', title: t`Import`, cell: (f) => (f.import !== null && mayImports ? <LinkTo href={`/imports/${f.import}`}>{t`open it`}</LinkTo> : ''), width: '90px' },
    { id: 'errors', title: t`Refused rows in`, cell: (f) => { const name = errorsOf(f); return name === null ? '' : <code className="pt-ltr" title={name}>{name}</code> }, value: errorsOf, width: 'minmax(120px, 1fr)' },
    { id: 'size', title: t`Size`, cell: (f) => format.bytes(f.bytes), value: (f) => f.bytes, numeric: true, width: '90px', optional: true },
    { id: 'placed', title: t`Moved to`, cell: (f) => <code className="pt-ltr">{f.placed ?? ''}</code>, value: (f) => f.placed, width: 'minmax(120px, 1fr)', optional: true },
  ], [t, format, mayImports])
}

/** All that is known of a file. */
function FileDialog({ file, onClose }: { file: DropFile | undefined; onClose: () => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const mayImports = useMay('imports.read')
  const errors = file === undefined ? null : errorsOf(file)
  const fact = (name: string, value: React.ReactNode, shown: boolean): [string, React.ReactNode][] => (shown ? [[name, value]] : [])
  return (
    <Dialog title={file?.name ?? ''} opened={file !== undefined} onClose={onClose}>
      {file && (
        <Facts
          rows={[
            [t`State`, <FileStatus key="s" of={file} />],
            ...fact(t`Reason`, <bdi key="r">{file.reason}</bdi>, file.reason !== null),
            ...fact(t`Rows`, format.integer(file.rows), file.import !== null),
            ...fact(t`Events landed`, format.integer(file.landed), file.import !== null),
            ...fact(t`Rows refused`, format.integer(file.refused), file.import !== null),
            ...fact(t`Moved to`, <Mono key="p" copy>{file.placed ?? ''}</Mono>, file.placed !== null),
            ...fact(t`Refused rows in`, <Mono key="e" copy>{errors ?? ''}</Mono>, errors !== null),
            [t`Size`, format.bytes(file.bytes)],
            [t`Taken`, <Time key="t" at={file.taken_at} />],
            ...fact(t`Ended`, <Time key="f" at={file.finished_at} />, file.finished_at !== null),
            [t`SHA-256`, <Mono key="d" copy>{file.digest}</Mono>],
            ...fact(t`Import`, <LinkTo key="i" href={`/imports/${file.import}`}>{t`open it`}</LinkTo>, file.import !== null && mayImports),
          ]}
        />
      )}
    </Dialog>
  )
}

export function Files({ id }: { id: string }) {
  const { t } = useLingui()
  const query = useFiles(id)
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  return (
    <Loaded query={query}>
      {() => (
        <>
          <DataTable
            label={t`Files`} columns={columns} rows={rows} rowId={(f) => f.id} csv="files" storageKey="drop-files" maxRows={14} onOpen={(f) => setUrl({ file: f.id })} tone={(f) => (f.state === 'failed' ? 'bad' : f.refused > 0 ? 'warn' : undefined)}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            empty={<Empty title={t`No file has come yet`}><Trans>A file is taken when it is renamed into the folder, or has been closed and unchanged for the quiet time. The best way: write it as name.part, then rename it.</Trans></Empty>}
          />
          <FileDialog file={rows.find((f) => f.id === url.file)} onClose={() => setUrl({ file: null })} />
        </>
      )}
    </Loaded>
  )
}
