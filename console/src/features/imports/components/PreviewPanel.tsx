// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo, useState } from 'react'
import { Code, Status, type Tone } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Panel } from '@/ui/Page'
import { Empty } from '@/ui/states'
import type { Preview } from '../model'

type Row = Preview['rows'][number]
const TONES: Record<Row['outcome'], Tone> = { event: 'good', part: 'good', skipped: 'plain', refused: 'bad' }

function useColumns(): Column<Row>[] {
  const { t } = useLingui()
  return useMemo(() => {
    const names: Record<Row['outcome'], string> = { event: t`Event`, part: t`Part of an event`, skipped: t`Left out`, refused: t`Refused` }
    return [
      { id: 'line', title: t`Line`, cell: (r) => r.line, numeric: true, width: '70px' },
      { id: 'outcome', title: t`Becomes`, main: true, cell: (r) => <Status tone={TONES[r.outcome]}>{names[r.outcome]}</Status>, width: '150px' },
      { id: 'reason', title: t`Why not`, cell: (r) => (r.reason === null ? '' : <bdi>{r.column === null ? r.reason : `${r.column}: ${r.reason}`}</bdi>), width: 'minmax(120px, 1fr)' },
      { id: 'text', title: t`Row as it stands`, cell: (r) => <code className="pt-ltr" title={r.text}>{r.text}</code>, width: 'minmax(200px, 2fr)' },
    ]
  }, [t])
}

/** The first rows, and the event that the chosen one becomes. */
export function PreviewPanel({ preview }: { preview: Preview }) {
  const { t } = useLingui()
  const columns = useColumns()
  const [chosen, setChosen] = useState<number | null>(null)
  const row = preview.rows.find((r) => r.row === chosen) ?? preview.rows.find((r) => r.event !== null)
  const event = row?.event === null || row?.event === undefined ? undefined : preview.events[row.event]
  const refused = preview.rows.filter((r) => r.outcome === 'refused').length
  return (
    <Panel title={t`First rows`} flush actions={refused > 0 ? <Status tone="bad">{plural(refused, { one: '# of these would be refused', other: '# of these would be refused' })}</Status> : <Status tone="good">{t`all of these are fine`}</Status>}>
      <div className="im-preview">
        <DataTable
          label={t`First rows`} columns={columns} rows={preview.rows} rowId={(r) => String(r.row)} onOpen={(r) => setChosen(r.row)} openId={row ? String(row.row) : null} maxRows={12}
          tone={(r) => (r.outcome === 'refused' ? 'bad' : undefined)} empty={<Empty title={t`The file has no rows`} />}
        />
        <div className="im-event">
          {event
            ? <Code label={t`The event it becomes`} text={JSON.stringify(event, null, 2)} height={430} />
            : <p className="pt-soft">{row?.reason ? <bdi>{row.reason}</bdi> : <Trans>Choose a row to see the event it becomes.</Trans>}</p>}
        </div>
      </div>
    </Panel>
  )
}
