// SPDX-License-Identifier: Apache-2.0
// A picture and the same as a table, one key apart; and the table as a file.
import { useLingui } from '@lingui/react/macro'
import { ActionIcon, Tooltip } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { saveCsv } from '@/ui/csv'
import { Icon } from '@/ui/icons'
import type { FigureRow, FigureTable } from '../answer'
import { Figures, type Open } from './Figures'

/** `notes`: what the column of what happened is called. */
function saveTable(name: string, table: FigureTable, notes: string) {
  const columns = table.columns.map((title, i) => ({ title, value: (row: FigureRow) => (i === 0 ? row.head : (row.figures[i - 1]?.raw ?? null)) }))
  const noted = table.rows.some((row) => row.notes !== undefined)
  saveCsv(name, noted ? [...columns, { title: notes, value: (row: FigureRow) => (row.notes ?? []).join('; ') }] : columns, table.rows)
}

export function Twin({ label, note, file, table, tools, heat = false, newestFirst = false, onOpen, beside, children }: {
  label: string
  note?: ReactNode
  /** Name of the file without ending. */
  file: string
  table: FigureTable
  tools?: ReactNode
  heat?: boolean
  newestFirst?: boolean
  onOpen: Open
  /** Further tables of what the picture shows, below its own. */
  beside?: ReactNode
  /** The picture; without one the table stands alone. */
  children?: ReactNode
}) {
  const { t } = useLingui()
  const [asTable, setAsTable] = useState(false)
  const drawn = children !== undefined
  const words = asTable ? t`Show the chart` : t`Show the figures as a table`
  useShortcuts(drawn ? [{ keys: 't', label: t`Chart or table`, group: t`Explore`, run: () => setAsTable((now) => !now) }] : [])
  return (
    <>
      <figure className="ex-twin" aria-label={label}>
        <figcaption>
          <span className="pt-grow"><strong>{label}</strong> <span className="pt-faint">{note}</span></span>
          {tools}
          {drawn && (
            <Tooltip label={words}>
              <ActionIcon aria-label={words} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}><Icon name={asTable ? 'chart' : 'table'} /></ActionIcon>
            </Tooltip>
          )}
          <Tooltip label={t`Save as CSV`}>
            <ActionIcon aria-label={t`Save as CSV`} onClick={() => saveTable(file, table, t`Notes`)}><Icon name="download" /></ActionIcon>
          </Tooltip>
        </figcaption>
        {drawn && !asTable ? children : <Figures label={label} table={table} heat={heat} newestFirst={newestFirst} onOpen={onOpen} />}
      </figure>
      {drawn && asTable && beside}
    </>
  )
}
