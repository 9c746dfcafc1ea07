// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { NativeSelect, NumberInput, TextInput } from '@mantine/core'
import type { Pull } from '../model'
import { type Place, pagingFields, type PullForm } from '../form'
import { pagings } from '../words'

type Props = { form: PullForm; put: (change: Partial<PullForm>) => void; fault: (place: Place) => string | null }

const WAYS = Object.keys(pagings) as Pull['paging'][]
const wholeOf = (value: string | number, least: number) => (typeof value === 'number' ? value : least)

/** How the next page is asked for: only what the chosen way has to know. */
export function PagingFields({ form, put, fault }: Props) {
  const { t, i18n } = useLingui()
  const own = pagingFields(form)
  const path = { maxLength: 200, autoComplete: 'off', classNames: { input: 'pu-ltr' } }
  return (
    <>
      <NativeSelect
        label={t`Further pages`} description={i18n._(pagings[form.paging].help)} value={form.paging} data={WAYS.map((value) => ({ value, label: i18n._(pagings[value].name) }))}
        onChange={(event) => put({ paging: WAYS.find((one) => one === event.currentTarget.value) ?? 'none' })}
      />
      {own.has('next') && (
        <TextInput
          {...path} label={form.paging === 'cursor' ? t`Where the cursor stands` : t`Where the link stands`} required={form.paging === 'cursor'} placeholder={form.paging === 'cursor' ? 'meta.next_cursor' : 'links.next'}
          description={form.paging === 'cursor' ? t`Path in the answer` : t`Path in the answer; empty: in its Link header`} value={form.next} error={fault('next')} onChange={(event) => put({ next: event.currentTarget.value })}
        />
      )}
      {own.has('first') && (
        <div className="pu-pair">
          <NumberInput label={t`First page`} min={0} max={1000000} allowDecimal={false} clampBehavior="strict" hideControls value={form.firstPage} onChange={(value) => put({ firstPage: wholeOf(value, 0) })} />
          <NumberInput label={t`Step`} description={t`The page size, where items are counted`} min={1} max={1000000} allowDecimal={false} clampBehavior="strict" hideControls value={form.pageStep} onChange={(value) => put({ pageStep: wholeOf(value, 1) })} />
        </div>
      )}
      {own.has('since') && (
        <div className="pu-pair">
          <TextInput
            {...path} label={t`What moves the instant`} description={t`Path in an item: a time, a whole number, or text that sorts`} required placeholder="updated_at" value={form.since} error={fault('since')}
            onChange={(event) => put({ since: event.currentTarget.value })}
          />
          <TextInput
            {...path} label={t`Where it begins`} description={t`The instant of the first request`} placeholder="2026-01-01T00:00:00Z" value={form.sinceStart} error={fault('since_start')}
            onChange={(event) => put({ sinceStart: event.currentTarget.value })}
          />
        </div>
      )}
      {own.has('atEnd') && (
        <NativeSelect
          label={t`After the last page`} value={form.atEnd} onChange={(event) => put({ atEnd: event.currentTarget.value === 'stay' ? 'stay' : 'restart' })}
          data={[{ value: 'restart', label: t`the next run begins with the first page` }, { value: 'stay', label: t`the next run asks for the last page again: for feeds that only grow` }]}
        />
      )}
    </>
  )
}
