// SPDX-License-Identifier: Apache-2.0
// What a person's events come to: value, of how many events, as of when, and when it may change by itself.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import type { Schemas } from '@/api/client'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Ago, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Empty } from '@/ui/states'
import { type Definition, useDefinitions } from '../model'
import { foldText } from '../words'
import { Value } from './Value'

type Row = Schemas['ProfileComputed']

function useColumns(definitions: ReadonlyMap<string, Definition>): Column<Row>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => {
    const said = (row: Row) => {
      const definition = definitions.get(row.name)
      return definition === undefined ? '' : foldText(i18n, definition.fold)
    }
    const title = (row: Row) => [definitions.get(row.name)?.description, said(row)].filter(Boolean).join('\n')
    return [
      {
        id: 'name', title: t`Name`, main: true, value: (row) => row.name, width: 'minmax(150px, 1fr)',
        cell: (row) => {
          const id = definitions.get(row.name)?.id
          return id === undefined ? <bdi>{row.name}</bdi> : <LinkTo href={`/computed/${id}`} title={title(row)}><bdi>{row.name}</bdi></LinkTo>
        },
      },
      { id: 'value', title: t`Value`, cell: (row) => <Value value={row.value} cut={row.cut} />, value: (row) => (typeof row.value === 'number' || typeof row.value === 'string' ? row.value : JSON.stringify(row.value)), width: 'minmax(120px, 1fr)' },
      { id: 'events', title: t`Of`, cell: (row) => plural(row.events, { one: '# event', other: '# events' }), value: (row) => row.events, width: '110px' },
      { id: 'as_of', title: t`As of`, cell: (row) => (row.as_of === null ? <span className="pt-faint">{t`no event yet`}</span> : <Ago at={row.as_of} />), value: (row) => row.as_of, width: '140px' },
      { id: 'changes', title: t`May change`, cell: (row) => (row.changes_at === null ? <span className="pt-faint">{t`with the next event`}</span> : <Time at={row.changes_at} />), value: (row) => row.changes_at, width: '205px' },
      { id: 'fold', title: t`What it is`, cell: (row) => <bdi className="pt-soft" title={title(row)}>{said(row)}</bdi>, value: said, width: 'minmax(160px, 1.6fr)' },
    ]
  }, [t, i18n, format, definitions])
}

export function OfPerson({ rows }: { rows: readonly Row[] }) {
  const { t } = useLingui()
  const mayRead = useMay('computed.read')
  const query = useDefinitions(mayRead)
  const definitions = useMemo(() => new Map((query.data ?? []).map((one) => [one.name, one])), [query.data])
  const columns = useColumns(definitions)
  return (
    <DataTable
      label={t`Computed traits`} columns={columns} rows={rows} rowId={(row) => row.name} csv="computed" storageKey="customer-computed" maxRows={10} tools={<h2>{t`Computed`}</h2>}
      empty={<Empty title={t`No computed trait yet`}><Trans>Values that follow from what this person does, such as orders in the last 30 days, stand here once one is defined.</Trans></Empty>}
    />
  )
}
