// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Autocomplete, Select, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { Icon } from '@/ui/icons'
import { type CellType, type MapRow, suggestions, targetFault, TYPES } from '../mapping'

function useTypeNames(): Record<CellType, string> {
  const { t } = useLingui()
  return { text: t`Text`, int: t`Whole number`, decimal: t`Decimal number`, bool: t`Yes or no`, time: t`Time`, json: t`JSON as it is` }
}

function Row({ row, rows, targets, free, onChange, onAgain }: { row: MapRow; rows: readonly MapRow[]; targets: string[]; free: boolean; onChange: (row: MapRow) => void; onAgain: () => void }) {
  const { t } = useLingui()
  const names = useTypeNames()
  const column = row.column
  const fault = targetFault(row, rows)
  const extra = row.fixed !== undefined ? JSON.stringify(row.fixed) : Object.keys(row.rest).length > 0 ? JSON.stringify(row.rest) : ''
  return (
    <tr className={row.target.trim() === '' ? 'im-unused' : ''}>
      <th scope="row">
        {free && row.fixed === undefined
          ? <TextInput aria-label={t`Column`} value={column} onChange={(event) => onChange({ ...row, column: event.currentTarget.value.trim(), typed: true })} classNames={{ input: 'im-ltr' }} />
          : <bdi>{row.fixed === undefined ? column : t`no column`}</bdi>}
      </th>
      <td data-label={t`Goes to`}>
        <Autocomplete
          aria-label={t`Where ${column} goes`} placeholder={t`left out`} data={targets} value={row.target} onChange={(target) => onChange({ ...row, target })} classNames={{ input: 'im-ltr' }}
          error={fault === 'unknown' ? t`userId, anonymousId, timestamp, or a path under properties, traits, context` : fault === 'twice' ? t`Another column goes there too` : null}
        />
      </td>
      <td data-label={t`Read as`}>
        {row.fixed === undefined && (
          <Select
            aria-label={t`Type of ${column}`} allowDeselect={false} value={row.type} data={TYPES.map((value) => ({ value, label: names[value] }))}
            onChange={(value) => onChange({ ...row, type: TYPES.find((one) => one === value) ?? 'text' })}
          />
        )}
      </td>
      <td data-label={t`How`}>
        {row.type === 'time' && row.fixed === undefined && (
          <TextInput
            aria-label={t`Format of ${column}`} placeholder="rfc3339" title={t`rfc3339, unix_s, unix_ms, or a pattern such as %Y-%m-%d %H:%M:%S`} value={row.format} classNames={{ input: 'im-ltr' }}
            onChange={(event) => onChange({ ...row, format: event.currentTarget.value })}
          />
        )}
        {extra !== '' && <code className="pt-ltr pt-faint im-extra" title={extra}>{extra}</code>}
      </td>
      <td>
        {row.fixed === undefined && row.target.trim() !== '' && (
          <ActionIcon aria-label={t`Let ${column} go to another place too`} title={t`Let ${column} go to another place too`} onClick={onAgain}><Icon name="add" /></ActionIcon>
        )}
      </td>
    </tr>
  )
}

/** The file's columns and where each goes. */
export function MappingTable({ rows, columns, head, free = false, onChange }: {
  rows: readonly MapRow[]
  columns: readonly string[]
  /** What a column is called, where it is none of a file. */
  head?: string
  /** Columns that are not known may be typed. */
  free?: boolean
  onChange: (rows: MapRow[]) => void
}) {
  const targets = useMemo(() => suggestions(columns), [columns])
  const next = Math.max(0, ...rows.map((row) => row.id)) + 1
  return (
    <div className="pt-scroll">
      <table className="im-map">
        <thead>
          <tr>
            <th scope="col">{head ?? <Trans>Column of the file</Trans>}</th>
            <th scope="col"><Trans>Goes to</Trans></th>
            <th scope="col"><Trans>Read as</Trans></th>
            <th scope="col"><Trans>How</Trans></th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <Row
              key={row.id} row={row} rows={rows} targets={targets} free={free && (row.typed === true || !columns.includes(row.column))} onChange={(changed) => onChange(rows.map((other) => (other.id === row.id ? changed : other)))}
              onAgain={() => onChange([...rows.slice(0, i + 1), { ...row, id: next, target: '', type: 'text', format: '', rest: {} }, ...rows.slice(i + 1)])}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}
