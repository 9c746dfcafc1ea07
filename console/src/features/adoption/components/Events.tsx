// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Anchor, NativeSelect, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { oneOf, useUrl } from '@/base/url'
import { Status } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { type Column, DataTable } from '@/ui/DataTable'
import { Panel } from '@/ui/Page'
import { Empty } from '@/ui/states'
import { type Report, WITHIN } from '../model'
import { agrees, isTaken } from '../steps'

type Row = Report['events'][number]
const SHOWS = ['all', 'differ', 'taken'] as const
const ROWS = 15

/** Both sides and what was forwarded over the days, of all events or of the one that was chosen below. */
export function Over({ report }: { report: Report }) {
  const { t } = useLingui()
  const format = useFormat()
  const [url] = useUrl()
  const forwarded = report.forwarding === null ? [] : [{ name: t`Forwarded`, values: report.days.map((day) => day.forwarded) }]
  return (
    <Chart
      label={url.event ?? t`All events`} unit={t`a day, by the events' own time`} times={report.days.map((day) => Date.parse(day.at))}
      lines={[{ name: t`Patron`, values: report.days.map((day) => day.ours) }, ...forwarded, { name: t`Incumbent`, values: report.days.map((day) => day.theirs) }]}
      write={(value) => format.integer(value)}
    />
  )
}

function Name({ name }: { name: string }) {
  const [url, setUrl] = useUrl()
  const chosen = url.event === name
  return <Anchor component="button" type="button" aria-pressed={chosen} onClick={() => setUrl({ event: chosen ? null : name })}><bdi>{name}</bdi></Anchor>
}

function Way({ row }: { row: Row }) {
  const { t } = useLingui()
  if (row.forwarding === null) return <span className="pt-faint">–</span>
  return isTaken(row) ? <Status tone="good">{t`Taken over`}</Status> : <Status tone="plain">{t`Forwarded`}</Status>
}

/** In the order of the way: came in, forwarded, what the incumbent says. */
function useColumns(feeds: boolean): Column<Row>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => {
    const number = (id: 'ours' | 'forwarded' | 'replayed' | 'switched_off' | 'withheld' | 'theirs', title: string, optional = false): Column<Row> => ({
      id, title, numeric: true, optional, width: '120px', value: (row) => row[id], cell: (row) => format.integer(row[id]),
    })
    const sent = [
      number('forwarded', t`Forwarded`), number('replayed', t`Replayed`, true), number('switched_off', t`Switched off`), number('withheld', t`Withheld`, true),
    ]
    const way: Column<Row> = { id: 'way', title: t`Now`, width: '130px', value: (row) => row.forwarding, cell: (row) => <Way row={row} /> }
    return [
      { id: 'name', title: t`Event`, main: true, width: 'minmax(160px, 1fr)', value: (row) => row.name, cell: (row) => <Name name={row.name} /> },
      number('ours', t`Patron`),
      ...(feeds ? sent : []),
      number('theirs', t`Incumbent`),
      {
        id: 'difference', title: t`Difference`, numeric: true, width: '120px', value: (row) => row.difference,
        cell: (row) => `${row.difference > 0 ? '+' : ''}${format.integer(row.difference)}`,
      },
      { id: 'share', title: t`Share`, numeric: true, width: '90px', value: (row) => row.share, cell: (row) => (row.share === null ? '–' : format.percent(row.share)) },
      ...(feeds ? [way] : []),
    ]
  }, [t, format, feeds])
}

function Tools({ report, find, onFind }: { report: Report; find: string; onFind: (text: string) => void }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const within = oneOf(url.within, WITHIN)
  const names = { all: t`All`, differ: t`Differ by over ${within} %`, taken: t`Taken over` }
  const first = report.forwarding?.id ?? ''
  return (
    <>
      <TextInput aria-label={t`Find an event`} placeholder={t`Find an event`} w={200} value={find} onChange={(event) => onFind(event.currentTarget.value)} />
      <NativeSelect
        aria-label={t`Shown`} w={190} value={oneOf(url.show, SHOWS)} data={SHOWS.map((value) => ({ value, label: names[value] }))}
        onChange={(event) => setUrl({ show: event.currentTarget.value === 'all' ? null : event.currentTarget.value })}
      />
      {report.destinations.length > 0 && (
        <NativeSelect
          aria-label={t`The destination that feeds the incumbent`} w={220} value={first}
          data={[...(first === '' ? [{ value: '', label: t`No destination` }] : []), ...report.destinations.map(({ id, name }) => ({ value: id, label: t`by ${name}` }))]}
          onChange={(event) => setUrl({ destination: event.currentTarget.value })}
        />
      )}
    </>
  )
}

/** Both sides by event name. */
export function Events({ report }: { report: Report }) {
  const { t } = useLingui()
  const [url] = useUrl()
  const [find, setFind] = useState('')
  const columns = useColumns(report.forwarding !== null)
  const show = oneOf(url.show, SHOWS)
  const within = Number(oneOf(url.within, WITHIN))
  const told = report.days.filter((day) => day.theirs !== null).length
  const all = report.days.length
  const fits = (row: Row) => show === 'all' || (show === 'taken' ? isTaken(row) : !agrees(row, within))
  const shown = report.events.filter((row) => fits(row) && row.name.toLowerCase().includes(find.trim().toLowerCase()))
  return (
    <Panel title={t`What both took`}>
      <p className="ad-note pt-faint">
        {told > 0 ? t`Sums of the ${told} of ${all} days of which the incumbent told. Choose an event to see its days.` : t`The incumbent told nothing of these days: the sums are Patron's alone.`}
        {report.forwarding !== null && <>{' '}<Trans>What was neither forwarded nor left out waits, failed, or is older than the destination.</Trans></>}
      </p>
      <div className="ad-events">
        <DataTable
          label={t`What both took`} columns={columns} rows={shown} rowId={(row) => row.name} csv="adoption" storageKey="adoption" maxRows={ROWS}
          tools={<Tools report={report} find={find} onFind={setFind} />}
          empty={report.events.length === 0
            ? <Empty title={t`No event in this period`}><Trans>Events count here by the day of their own time, as soon as they come in.</Trans></Empty>
            : <Empty title={t`No event is like that`} />}
        />
      </div>
    </Panel>
  )
}
