// SPDX-License-Identifier: Apache-2.0
// What stands in a calendar: a week, holidays, dates with other hours, breaks.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { type DateText, type Draft, formatWindows, type Holiday, parseWindows, WEEKDAYS, withHolidays } from '../hours'
import { weekdays } from '../words'
import { HolidayImport } from './HolidayImport'
import '../commerce.css'

/** Windows as text; put in order when one leaves the field. */
function Windows({ label, value, placeholder, onChange }: { label: string; value: string; placeholder: string; onChange: (text: string) => void }) {
  const { t } = useLingui()
  const windows = parseWindows(value)
  return (
    <TextInput
      aria-label={label} className="pt-ltr" placeholder={placeholder} maxLength={400} autoComplete="off" value={value} error={windows === null ? t`Not hours such as 9-12:30, 14-19` : null}
      onChange={(event) => onChange(event.currentTarget.value)} onBlur={() => windows !== null && onChange(formatWindows(windows))}
    />
  )
}

function Week({ draft, put }: { draft: Draft; put: (changed: Partial<Draft>) => void }) {
  const { t, i18n } = useLingui()
  const set = (day: string, text: string) => put({ week: { ...draft.week, [day]: text } })
  const copy = () => put({ week: { ...draft.week, tue: draft.week.mon, wed: draft.week.mon, thu: draft.week.mon, fri: draft.week.mon } })
  return (
    <Panel title={t`Week`} actions={<Button size="compact-sm" onClick={copy}><Trans>Monday’s hours until Friday</Trans></Button>}>
      <p className="pt-soft"><Trans>Such as 9-12:30, 14-19. Midnight at a day’s end is 24. Left empty: closed.</Trans></p>
      <div className="cm-week">
        {WEEKDAYS.map((day) => {
          const name = i18n._(weekdays[day])
          return [
            <span key={`${day}-name`} aria-hidden="true">{name}</span>,
            <Windows key={day} label={name} placeholder={t`closed`} value={draft.week[day]} onChange={(text) => set(day, text)} />,
          ]
        })}
      </div>
    </Panel>
  )
}

function Rows<T extends { date: string }>({ rows, blank, onChange, value, add }: {
  rows: readonly T[]
  blank: T
  onChange: (rows: T[]) => void
  value: (row: T, put: (changed: Partial<T>) => void, number: number) => ReactNode
  add: string
}) {
  const { t } = useLingui()
  const put = (at: number, changed: Partial<T>) => onChange(rows.map((row, i) => (i === at ? { ...row, ...changed } : row)))
  return (
    <>
      <div className="cm-rows cm-scroll">
        {rows.map((row, i) => {
          const number = i + 1
          return (
            <div key={i} className="cm-row" role="group" aria-label={t`Row ${number}`}>
              <TextInput type="date" aria-label={t`Date ${number}`} value={row.date} onChange={(event) => put(i, { date: event.currentTarget.value } as Partial<T>)} />
              {value(row, (changed) => put(i, changed), number)}
              <ActionIcon aria-label={t`Remove row ${number}`} onClick={() => onChange(rows.filter((_, at) => at !== i))}><Icon name="close" /></ActionIcon>
            </div>
          )
        })}
      </div>
      <Button size="compact-sm" leftSection={<Icon name="add" />} onClick={() => onChange([...rows, blank])}>{add}</Button>
    </>
  )
}

function Holidays({ rows, onChange }: { rows: readonly Holiday[]; onChange: (rows: Holiday[]) => void }) {
  const { t } = useLingui()
  const [importing, setImporting] = useState(false)
  return (
    <Panel title={t`Holidays`} actions={<Button size="compact-sm" leftSection={<Icon name="import" />} onClick={() => setImporting(true)}><Trans>From iCalendar</Trans></Button>}>
      <p className="pt-soft"><Trans>Closed all day.</Trans></p>
      <Rows
        rows={rows} blank={{ date: '', name: '' }} onChange={onChange} add={t`Add a holiday`}
        value={(row, put, number) => <TextInput aria-label={t`Name of holiday ${number}`} maxLength={120} autoComplete="off" value={row.name} onChange={(event) => put({ name: event.currentTarget.value })} />}
      />
      {importing && <HolidayImport onClose={() => setImporting(false)} onFound={(found) => onChange(withHolidays(rows, found))} />}
    </Panel>
  )
}

function Dates({ title, note, rows, add, placeholder, onChange }: { title: string; note: string; rows: readonly DateText[]; add: string; placeholder: string; onChange: (rows: DateText[]) => void }) {
  const { t } = useLingui()
  return (
    <Panel title={title}>
      <p className="pt-soft">{note}</p>
      <Rows
        rows={rows} blank={{ date: '', text: '' }} onChange={onChange} add={add}
        value={(row, put, number) => <Windows label={t`Hours of row ${number}`} placeholder={placeholder} value={row.text} onChange={(text) => put({ text })} />}
      />
    </Panel>
  )
}

export function Editor({ draft, put }: { draft: Draft; put: (changed: Partial<Draft>) => void }) {
  const { t } = useLingui()
  return (
    <>
      <Week draft={draft} put={put} />
      <Holidays rows={draft.holidays} onChange={(holidays) => put({ holidays })} />
      <Dates title={t`Other hours`} note={t`On these dates instead of the weekday’s; left empty: closed.`} rows={draft.shifts} add={t`Add a date`} placeholder={t`closed`} onChange={(shifts) => put({ shifts })} />
      <Dates title={t`Breaks`} note={t`Closed in between on these dates.`} rows={draft.breaks} add={t`Add a break`} placeholder="12-12:30" onChange={(breaks) => put({ breaks })} />
    </>
  )
}
