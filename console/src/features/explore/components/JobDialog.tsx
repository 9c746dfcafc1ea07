// SPDX-License-Identifier: Apache-2.0
// When an export runs, what it writes, and where to.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { useMay } from '@/base/session'
import { FormDialog } from '@/ui/dialogs'
import { errorText } from '@/ui/states'
import { clockText, everies, formats, weekdayName, whats } from '../exportWords'
import { type Every, type Format, type JobEdit, tryTarget, useJobs, type What } from '../exports'

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
  return (report: string, name: string): JobEdit => ({ name, report, what: 'answer', format: 'csv', cell: {}, every: 'day', at_min: 6 * HOUR_MIN, weekday: 1, zone, folder: '', destination: '', keep_files: 30, enabled: true })
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

/** What a test file became. */
function Test({ destination }: { destination: string }) {
  const { t } = useLingui()
  const [said, setSaid] = useState<{ good: boolean; text: string } | null>(null)
  const [busy, setBusy] = useState(false)
  async function run() {
    setBusy(true)
    setSaid(null)
    try {
      const { sent, place, why } = await tryTarget(destination)
      setSaid({ good: sent, text: sent ? t`It is at ${place ?? ''}` : (why ?? t`It was not taken`) })
    } catch (error) {
      setSaid({ good: false, text: errorText(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <div>
      <Button size="compact-sm" loading={busy} onClick={() => void run()}><Trans>Send a test file</Trans></Button>
      {said !== null && <p role={said.good ? 'status' : 'alert'} className={said.good ? 'pt-text-good ex-place' : 'pt-text-bad ex-place'}><bdi>{said.text}</bdi></p>}
    </div>
  )
}

/** A folder of the server, or a destination that takes files. */
function Where({ edit, change }: { edit: JobEdit; change: (part: Partial<JobEdit>) => void }) {
  const { t } = useLingui()
  const mayTarget = useMay('destinations.write')
  const jobs = useJobs()
  const targets = jobs.data?.targets ?? []
  const gone = edit.destination !== '' && jobs.data !== undefined && !targets.some((one) => one.id === edit.destination)
  const data = [
    { value: '', label: t`A folder of the server` },
    ...targets.map((one) => ({ value: one.id, label: `${one.name} (${one.kind === 's3' ? 'S3' : t`webhook`})` })),
    ...(gone ? [{ value: edit.destination, label: t`a destination that is gone` }] : []),
  ]
  return (
    <>
      <NativeSelect
        label={t`Where to`} value={edit.destination} data={data} disabled={!mayTarget && edit.destination === ''}
        description={!mayTarget ? t`Destinations take the permission destinations.write` : targets.length === 0 ? t`An S3 store or a webhook is added under Destinations; it may be paused` : undefined}
        onChange={(event) => change({ destination: event.currentTarget.value })}
      />
      {mayTarget && edit.destination !== '' && !gone && <Test key={edit.destination} destination={edit.destination} />}
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
      <Where edit={edit} change={change} />
      <div className="ex-pair">
        <TextInput label={t`Folder`} description={edit.destination === '' ? t`Below that of exports` : t`In front of the file’s name there`} maxLength={400} autoComplete="off" placeholder="marketing/daily" classNames={{ input: 'pt-ltr' }} value={edit.folder} onChange={(event) => change({ folder: event.currentTarget.value })} />
        <NumberInput label={t`Files kept`} description={t`Older ones are removed`} value={edit.keep_files} min={1} max={KEEP_MAX} allowDecimal={false} clampBehavior="strict" onChange={(value) => change({ keep_files: Math.max(1, Math.round(Number(value)) || 1) })} />
      </div>
      {edit.what !== 'answer' && <p className="pt-soft"><Trans>These files name customers. Whoever can read the place reads them. An erasure removes what the server keeps of them, and does not reach copies elsewhere.</Trans></p>}
    </FormDialog>
  )
}
