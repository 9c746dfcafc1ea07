// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Progress, Select } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Ago, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AddImport } from '../components/AddImport'
import { useTimeLeft } from '../components/Figures'
import { states } from '../components/states'
import { type Import, shareOf, STATES, useImports, useLive } from '../model'
import '../imports.css'

function Bar({ one }: { one: Import }) {
  const { t } = useLingui()
  const format = useFormat()
  const name = one.name
  const share = shareOf(one)
  return (
    <span className="im-bar">
      <Progress value={share * 100} size="sm" aria-label={t`Progress of ${name}`} color={one.state === 'failed' ? 'red' : 'accent'} />
      <span className="pt-soft">{format.percent(share, 0)}</span>
    </span>
  )
}

function useColumns(): Column<Import>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const left = useTimeLeft()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (o) => <bdi title={o.name}>{o.name}</bdi>, value: (o) => o.name, width: 'minmax(160px, 1.5fr)' },
    { id: 'state', title: t`State`, cell: (o) => <Status tone={states[o.state].tone} dot>{i18n._(states[o.state].name)}</Status>, value: (o) => i18n._(states[o.state].name), width: '150px' },
    { id: 'progress', title: t`Progress`, cell: (o) => <Bar one={o} />, value: shareOf, width: '160px' },
    { id: 'rate', title: t`Rows a second`, cell: (o) => (o.rows_per_s === null ? '–' : format.short(o.rows_per_s)), value: (o) => o.rows_per_s, numeric: true, width: '120px' },
    { id: 'left', title: t`Time left`, cell: (o) => left(o) ?? '–', value: (o) => o.estimated_end_at, width: '110px' },
    { id: 'landed', title: t`Events landed`, cell: (o) => format.integer(o.landed), value: (o) => o.landed, numeric: true, width: '120px' },
    { id: 'refused', title: t`Rows refused`, cell: (o) => <span className={o.rows_refused > 0 ? 'pt-text-bad' : ''}>{format.integer(o.rows_refused)}</span>, value: (o) => o.rows_refused, numeric: true, width: '120px' },
    { id: 'source', title: t`Source`, cell: (o) => <bdi>{o.source}</bdi>, value: (o) => o.source, width: 'minmax(110px, 1fr)' },
    { id: 'created', title: t`Added`, cell: (o) => <Ago at={o.created_at} />, value: (o) => o.created_at, width: '140px' },
    { id: 'by', title: t`By`, cell: (o) => <bdi>{o.created_by}</bdi>, value: (o) => o.created_by, width: '140px', optional: true },
    { id: 'bytes', title: t`Size`, cell: (o) => format.bytes(o.bytes), value: (o) => o.bytes, numeric: true, width: '100px', optional: true },
  ], [t, i18n, format, left])
}

export function ImportsPage() {
  const { t, i18n } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const state = STATES.find((one) => one === url.state)
  const query = useImports(state)
  const format = useFormat()
  const count = query.data && format.loaded(query.data.pages.reduce((sum, page) => sum + page.data.length, 0), query.hasNextPage)
  useLive()
  const columns = useColumns()
  const may = useMay('imports.write')
  const add = () => setUrl({ add: '1' })
  useShortcuts(may ? [{ keys: 'n', label: t`Import a file`, group: t`Imports`, run: add }] : [])
  const button = <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Import a file</Trans></Button>
  return (
    <Page fill title={t`Imports`} note={count === undefined ? '\u00a0' : <Trans>Files: {count}. They become events beside what comes in live: each row once, however often the file is sent.</Trans>} actions={may && button}>
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t`Imports`} columns={columns} rows={data.pages.flatMap((page) => page.data)} rowId={(o) => o.id} csv="imports" storageKey="imports" onOpen={(o) => go(`/imports/${o.id}`)}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            tools={
              <Select
                aria-label={t`State`} w={190} clearable clearButtonProps={{ 'aria-label': t`Every state` }} placeholder={t`Every state`} value={state ?? null}
                data={STATES.map((value) => ({ value, label: i18n._(states[value].name) }))} onChange={(value) => setUrl({ state: value })}
              />
            }
            empty={state !== undefined
              ? <Empty title={t`None is in this state`} action={<Button onClick={() => setUrl({ state: null })}><Trans>Show all</Trans></Button>} />
              : <Empty title={t`Nothing was imported yet`} action={may && button}><Trans>Orders of last year, an export of another tool: a CSV or JSON lines file becomes events with their own time.</Trans></Empty>}
          />
        )}
      </Loaded>
      {may && <AddImport opened={url.add === '1'} onClose={() => setUrl({ add: null })} />}
    </Page>
  )
}
