// SPDX-License-Identifier: Apache-2.0
// The names of what leaves, and when.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Every, Format, Job, Run, What } from './exports'

export const whats: Record<What, { title: MessageDescriptor; means: MessageDescriptor }> = {
  answer: { title: msg`The answer`, means: msg`Its numbers as a table, a row each` },
  people: { title: msg`The people`, means: msg`Id, name and detail of those behind the open number` },
  events: { title: msg`The events`, means: msg`What people did, as far as the question reads it` },
}
export const formats: Record<Format, MessageDescriptor> = { csv: msg`CSV`, jsonl: msg`JSON lines`, parquet: msg`Parquet` }
export const everies: Record<Every, MessageDescriptor> = { hour: msg`Every hour`, day: msg`Every day`, week: msg`Every week` }
export const outcomes: Record<Run['outcome'], { title: MessageDescriptor; tone: Tone }> = {
  waiting: { title: msg`Waiting`, tone: 'plain' },
  running: { title: msg`Running`, tone: 'accent' },
  done: { title: msg`Done`, tone: 'good' },
  failed: { title: msg`Failed`, tone: 'bad' },
  interrupted: { title: msg`Interrupted`, tone: 'warn' },
}
export const sendings: Record<Exclude<Run['sending'], 'none'>, { title: MessageDescriptor; tone: Tone }> = {
  waiting: { title: msg`To be sent`, tone: 'accent' },
  sent: { title: msg`Sent`, tone: 'good' },
  failed: { title: msg`Not sent`, tone: 'bad' },
}
export const causes: Record<Run['cause'], MessageDescriptor> = { schedule: msg`by its schedule`, person: msg`by hand` }

/** "The people, CSV" */
export function whatText(i18n: I18n, of: Pick<Job, 'what' | 'format'>): string {
  const what = i18n._(whats[of.what].title)
  const format = i18n._(formats[of.format])
  return i18n._(msg`${what}, ${format}`)
}

/** 1 January 2024 was a Monday. */
export const weekdayName = (i18n: I18n, weekday: number) => new Intl.DateTimeFormat(i18n.locale, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday))

/** 06:00 */
export const clockText = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** "Every Monday at 06:00, Europe/Berlin" */
export function whenText(i18n: I18n, { every, at_min: atMin, weekday, zone }: Pick<Job, 'every' | 'at_min' | 'weekday' | 'zone'>): string {
  const at = clockText(atMin)
  const minute = new Intl.NumberFormat(i18n.locale).format(atMin)
  const day = weekdayName(i18n, weekday)
  const words: Record<Every, MessageDescriptor> = { hour: msg`Every hour at minute ${minute}, ${zone}`, day: msg`Every day at ${at}, ${zone}`, week: msg`Every ${day} at ${at}, ${zone}` }
  return i18n._(words[every])
}
