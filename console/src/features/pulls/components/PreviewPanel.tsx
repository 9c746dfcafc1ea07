// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { Code, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Panel } from '@/ui/Page'
import { Empty } from '@/ui/states'
import type { PullPreview } from '../model'
import { previewOutcomes } from '../words'

type Row = PullPreview['data'][number] & { number: number }

/** The column is told where the reason does not begin with it. */
function whyNot({ column, reason }: Row): string {
  return column === null || reason === null || reason.startsWith(column) ? (reason ?? '') : `${column}: ${reason}`
}

function useColumns(mapped: boolean): Column<Row>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'number', title: t`Item`, main: true, cell: (r) => r.number, numeric: true, width: '70px' },
    { id: 'id', title: t`Id`, cell: (r) => <bdi>{r.id ?? '–'}</bdi>, width: 'minmax(80px, 0.6fr)' },
    ...(mapped ? [
      { id: 'outcome', title: t`Becomes`, cell: (r: Row) => <Status tone={previewOutcomes[r.outcome].tone}>{i18n._(previewOutcomes[r.outcome].name)}</Status>, width: '110px' },
      { id: 'reason', title: t`Why not`, cell: (r: Row) => <bdi title={whyNot(r)}>{whyNot(r)}</bdi>, width: 'minmax(150px, 1.2fr)' },
    ] : []),
    { id: 'text', title: t`As it stands`, cell: (r) => <code className="pt-ltr" title={r.text}>{r.text}</code>, width: 'minmax(150px, 1.5fr)' },
  ], [t, i18n, mapped])
}

function Asked({ preview }: { preview: PullPreview }) {
  const { t } = useLingui()
  const format = useFormat()
  const size = format.bytes(preview.bytes)
  return (
    <div className="pu-asked">
      <code className="pt-ltr">{preview.url}</code>
      <span>{plural(preview.items, { one: '# item on the page', other: '# items on the page' })}</span>
      <span>{size}</span>
      <span>{preview.next === null ? t`It is the last page` : <Trans>The next page: <code className="pt-ltr">{preview.next}</code></Trans>}</span>
      {preview.newest !== null && <span><Trans>Newest instant: <code className="pt-ltr">{preview.newest}</code></Trans></span>}
    </div>
  )
}

/** The first items of the first page, and the event that the chosen one becomes. `mapped`: the mapping says something yet. */
export function PreviewPanel({ preview, mapped }: { preview: PullPreview; mapped: boolean }) {
  const { t } = useLingui()
  const columns = useColumns(mapped)
  const [chosen, setChosen] = useState<number | null>(null)
  const rows = useMemo(() => preview.data.map((row, i) => ({ ...row, number: i + 1 })), [preview])
  const row = rows.find((r) => r.number === chosen) ?? rows.find((r) => r.event !== null) ?? rows[0]
  const refused = rows.filter((r) => r.outcome === 'refused').length
  const verdict = refused > 0 ? <Status tone="bad">{plural(refused, { one: '# of these would be refused', other: '# of these would be refused' })}</Status> : <Status tone="good">{t`all of these are fine`}</Status>
  return (
    <Panel title={t`What it answered`} flush actions={mapped && rows.length > 0 ? verdict : undefined}>
      <div role="status"><Asked preview={preview} /></div>
      <div className="pu-preview">
        <DataTable
          label={t`First items`} columns={columns} rows={rows} rowId={(r) => String(r.number)} onOpen={(r) => setChosen(r.number)} openId={row ? String(row.number) : null} maxRows={10}
          tone={(r) => (mapped && r.outcome === 'refused' ? 'bad' : undefined)}
          empty={<Empty title={t`The page has no items`}><Trans>If there should be some, look at the path of the list.</Trans></Empty>}
        />
        {row && (
          <div className="pu-event">
            {mapped && row.event !== null
              ? <Code label={t`The event it becomes`} text={JSON.stringify(row.event, null, 2)} height={380} />
              : (
                <>
                  {mapped && row.reason !== null && <p className="pt-text-bad"><bdi>{whyNot(row)}</bdi></p>}
                  {mapped && row.outcome === 'skipped' && <p className="pt-soft"><Trans>A rule of the mapping leaves it out.</Trans></p>}
                  <Code label={t`The item`} text={row.text} height={340} wrap />
                </>
              )}
          </div>
        )}
      </div>
    </Panel>
  )
}
