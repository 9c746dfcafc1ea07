// SPDX-License-Identifier: Apache-2.0
// When an export runs, what it writes, and where to.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { useMay } from '@/base/session'
import { FormDialog } from '@/ui/dialogs'
import { clockText, everies, formats, weekdayName, whats } from '../exportWords'
import type { Every, Format, JobEdit, What } from '../exports'

const KEEP_MAX = 100
const HOUR_MIN = 60
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]
const WHATS: What[] = ['answer', 'people', 'events']
const FORMATS: Format[] = ['csv', 'jsonl', 'parquet']
const EVERIES: Every[] = ['hour', 'day', 'week']

function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * HOUR_MIN + minutes
}

/** A new one of a report: every morning, its answer. */
export function useBlankJob() {
  const zone = zoneOf(usePrefs())
  return (report: string, name: string): JobEdit => ({ name, report, what: 'answer', format: 'csv', cell: {}, every: 'day', at_min: 6 * HOUR_MIN, weekday: 1, zone, folder: '', keep_files: 30, enabled: true })
}

function When({ edit, change }: { edit: JobEdit; change: (part: Partial<JobEdit>) => void }) {
  const { t, i18n } = useLingui()
  const own = zoneOf(usePrefs())
  const zones = useMemo(() => [...new Set([edit.zone, own, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [edit.zone, own])
  const hourly = edit.every === 'hour'
  return (
    <>
      <div className="ex-pair">
        <NativeSelect label={t`How often`} value={edit.every} data={EVERIES.map((value) => ({ value, label: i18n._(everies[value]) }))} onChange={(event) => change({ every: event.currentTarget.value as Every, at_min: event.currentTarget.value === 'hour' ? edit.at_min % HOUR_MIN : edit.at_min })} />
        {edit.every === 'week' && <NativeSelect label={t`Weekday`} value={String(edit.weekday)} data={WEEKDAYS.map((day) => ({ value: String(day), label: weekdayName(i18n, day) }))} onChange={(event) => change({ weekday: Number(event.currentTarget.value) })} />}
        {hourly
          ? <NumberInput label={t`Minute of the hour`} value={edit.at_min} min={0} max={HOUR_MIN - 1} allowDecimal={false} clampBehavior="strict" onChange={(value) => change({ at_min: Math.round(Number(value)) || 0 })} />
          : <TextInput type="time" label={t`Time of day`} required value={clockText(edit.at_min)} onChange={(event) => change({ at_min: minuteOf(event.currentTarget.value) })} />}
      </div>
      <Select label={t`Time zone`} searchable allowDeselect={false} limit={50} value={edit.zone} data={zones} onChange={(zone) => change({ zone: zone ?? 'UTC' })} />
    </>
  )
}

export function JobDialog({ begin, title, submit, onClose, onSave }: { begin: JobEdit; title: string; submit: string; onClose: () => void; onSave: (edit: JobEdit) => Promise<unknown> }) {
  const { t, i18n } = useLingui()
  const [edit, setEdit] = useState(begin)
  const mayEvents = useMay('events.read')
  const change = (part: Partial<JobEdit>) => setEdit((before) => ({ ...before, ...part }))
  // people are those of a number that was open
  const kinds = WHATS.filter((what) => (what === 'answer') || (what === 'events' ? mayEvents : edit.what === 'people' || Object.keys(edit.cell).length > 0))
  return (
    <FormDialog title={title} opened onClose={onClose} submit={submit} disabled={edit.name.trim() === ''} onSubmit={() => onSave({ ...edit, name: edit.name.trim(), folder: edit.folder.trim() })}>
      <TextInput label={t`Name`} description={t`Files begin with it`} required maxLength={200} autoComplete="off" data-autofocus value={edit.name} onChange={(event) => change({ name: event.currentTarget.value })} />
      <div className="ex-pair">
        <NativeSelect label={t`What`} value={edit.what} data={kinds.map((value) => ({ value, label: i18n._(whats[value].title) }))} onChange={(event) => change({ what: event.currentTarget.value as What })} />
        <NativeSelect label={t`Format`} value={edit.format} data={FORMATS.map((value) => ({ value, label: i18n._(formats[value]) }))} onChange={(event) => change({ format: event.currentTarget.value as Format })} />
      </div>
      <When edit={edit} change={change} />
      <div className="ex-pair">
        <TextInput label={t`Folder`} description={t`Below that of exports`} maxLength={400} autoComplete="off" placeholder="marketing/daily" classNames={{ input: 'pt-ltr' }} value={edit.folder} onChange={(event) => change({ folder: event.currentTarget.value })} />
        <NumberInput label={t`Files kept`} description={t`Older ones are removed`} value={edit.keep_files} min={1} max={KEEP_MAX} allowDecimal={false} clampBehavior="strict" onChange={(value) => change({ keep_files: Math.max(1, Math.round(Number(value)) || 1) })} />
      </div>
      {edit.what !== 'answer' && <p className="pt-soft"><Trans>These files name customers. Whoever can read the folder reads them; an erasure does not reach them.</Trans></p>}
    </FormDialog>
  )
}
