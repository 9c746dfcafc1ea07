// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, api, ok } from '@/api/client'
import { Code, Status, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { Failed, NotFound, Skeleton } from '@/ui/states'
import { type Entry, entryOfRecord } from '../model'

/** The text exactly as the client sent it. */
function Raw({ position }: { position: number }) {
  const { t } = useLingui()
  const query = useQuery({
    queryKey: ['events', position, 'raw'],
    queryFn: () => ok(api.GET('/api/v1/events/export', { params: { query: { from: position, to: position + 1, class: 'all', raw: 1 } }, parseAs: 'text' })),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  if (query.data === undefined) return <Skeleton rows={4} />
  return <Code label={t`As received`} text={String(query.data).trimEnd()} />
}

function Told({ entry }: { entry: Entry }) {
  const { t } = useLingui()
  const [view, setView] = useState<'parsed' | 'raw'>('parsed')
  const flagged = entry.verdict === 'flagged'
  const rows: [string, React.ReactNode][] = [
    [t`Result`, {
      landed: <Status key="v" tone="good">{t`Landed`}</Status>, flagged: <Status key="v" tone="warn">{t`Flagged`}</Status>,
      quarantined: <Status key="v" tone="bad">{t`Quarantined`}</Status>, refused: <Status key="v" tone="bad">{t`Refused`}</Status>,
    }[entry.verdict]],
    ...(entry.reason !== '' ? [[flagged ? t`Flags` : t`Reason`, <bdi key="r">{entry.reason}</bdi>] as [string, React.ReactNode]] : []),
    [t`Received`, <Time key="t" at={entry.at} />],
    [t`Source`, <bdi key="s">{entry.source || '–'}</bdi>],
    [t`User`, <bdi key="u">{entry.who || '–'}</bdi>],
    ...(entry.position !== null ? [[t`Position`, String(entry.position)] as [string, React.ReactNode]] : []),
  ]
  return (
    <>
      <Facts rows={rows} />
      {entry.verdict === 'quarantined' && entry.position !== null && <LinkTo href={`/quarantine?position=${entry.position}`}>{t`Open in quarantine`}</LinkTo>}
      {entry.position !== null && (
        <SegmentedControl
          aria-label={t`View`} value={view} onChange={(value) => setView(value === 'raw' ? 'raw' : 'parsed')}
          data={[{ value: 'parsed', label: t`As understood` }, { value: 'raw', label: t`As received` }]}
        />
      )}
      {view === 'raw' && entry.position !== null ? <Raw position={entry.position} /> : <Code label={t`As understood`} text={JSON.stringify(entry.data, null, 2)} />}
    </>
  )
}

/** One event: what became of it, as understood and as received. Also opened by an address alone. */
export function EventPanel({ id, entry, onClose }: { id: string; entry: Entry | null; onClose: () => void }) {
  const { t } = useLingui()
  const position = /^\d+$/.test(id) ? Number(id) : null
  const query = useQuery({
    queryKey: ['events', position],
    queryFn: async () => entryOfRecord(await ok(api.GET('/api/v1/events/{offset}', { params: { path: { offset: position ?? 0 } } }))),
    enabled: entry === null && position !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const shown = entry ?? query.data
  const gone = (position === null && entry === null) || (query.error instanceof ApiError && query.error.status === 404)
  return (
    <SidePanel title={shown?.name ?? t`Event`} onClose={onClose} wide>
      {shown ? <Told entry={shown} /> : gone ? <NotFound what={t`This event is not in the log`} /> : query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={8} />}
    </SidePanel>
  )
}
