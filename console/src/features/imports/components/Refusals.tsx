// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { saveCsv } from '@/ui/csv'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { Empty, errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { allRefusals, type Import, type Refusal, useRefusals } from '../model'

function useColumns(): Column<Refusal>[] {
  const { t } = useLingui()
  return useMemo(() => [
    { id: 'line', title: t`Line`, cell: (r) => r.line, value: (r) => r.line, numeric: true, width: '90px' },
    { id: 'row', title: t`Row`, cell: (r) => r.row, value: (r) => r.row, numeric: true, width: '90px', optional: true },
    { id: 'column', title: t`Column`, cell: (r) => <bdi>{r.column ?? '–'}</bdi>, value: (r) => r.column, width: 'minmax(90px, 0.5fr)' },
    { id: 'reason', title: t`Why`, main: true, cell: (r) => <bdi>{r.reason}</bdi>, value: (r) => r.reason, width: 'minmax(180px, 1fr)' },
    { id: 'text', title: t`Row as it stands`, cell: (r) => <code className="pt-ltr" title={r.text}>{r.text}</code>, value: (r) => r.text, width: 'minmax(200px, 2fr)' },
  ], [t])
}

/** Rows that gave no event: the first 10,000, all of them as a file. */
export function Refusals({ one }: { one: Import }) {
  const { t } = useLingui()
  const query = useRefusals(one.id)
  const columns = useColumns()
  const [busy, setBusy] = useState(false)
  async function save() {
    setBusy(true)
    try {
      saveCsv(`${one.name}.refused`, columns, await allRefusals(one.id))
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t`Refused rows`} flush actions={<Button leftSection={<Icon name="download" />} loading={busy} onClick={() => void save()}><Trans>Save all as CSV</Trans></Button>}>
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t`Refused rows`} columns={columns} rows={data.pages.flatMap((page) => page.data)} rowId={(r) => String(r.number)} maxRows={10}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined} empty={<Empty title={t`No row was refused`} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}
