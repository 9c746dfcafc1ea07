// SPDX-License-Identifier: Apache-2.0
// What is counted, of which events, over which time, under which conditions.
import { Trans, useLingui } from '@lingui/react/macro'
import { Checkbox, NativeSelect, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { faultsOf, type Form, KINDS, SPANS, takesValue, UNITS, type Window } from '../fold'
import { useEventNames } from '../model'
import { hints, kinds, spans, units } from '../words'
import { WhereRows } from './WhereRows'

/** As the server bounds it: 10,000 days. */
const LONGEST = { days: 10000, hours: 240000, minutes: 14400000, seconds: 864000000 }

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="co-part">
      <legend>{title}</legend>
      {children}
    </fieldset>
  )
}

function WindowFields({ window, onChange }: { window: Window; onChange: (window: Window) => void }) {
  const { t, i18n } = useLingui()
  const own = zoneOf(usePrefs())
  const zones = useMemo(() => [...new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [own])
  return (
    <div className="co-fields">
      <NativeSelect
        label={t`Window`} value={window.kind} data={[{ value: 'last', label: t`The last …` }, { value: 'calendar', label: t`A part of the calendar` }, { value: 'ever', label: t`All time` }]}
        onChange={(event) => {
          const kind = event.currentTarget.value
          onChange(kind === 'last' ? { kind, amount: 30, unit: 'days' } : kind === 'calendar' ? { kind, span: 'month', zone: own, back: 0 } : { kind: 'ever' })
        }}
      />
      {window.kind === 'last' && (
        <>
          <NumberInput label={t`How long`} value={window.amount} min={1} max={LONGEST[window.unit]} allowDecimal={false} hideControls onChange={(value) => onChange({ ...window, amount: Math.max(1, Number(value) || 1) })} />
          <NativeSelect
            label={t`Unit`} value={window.unit} data={(window.unit === 'seconds' ? ['seconds' as const, ...UNITS] : UNITS).map((value) => ({ value, label: i18n._(units[value]) }))}
            onChange={(event) => onChange({ ...window, unit: UNITS.find((one) => one === event.currentTarget.value) ?? 'seconds' })}
          />
        </>
      )}
      {window.kind === 'calendar' && (
        <>
          <NativeSelect label={t`Part`} value={window.span} data={SPANS.map((value) => ({ value, label: i18n._(spans[value]) }))} onChange={(event) => onChange({ ...window, span: SPANS.find((one) => one === event.currentTarget.value) ?? 'month' })} />
          <NativeSelect
            label={t`Which`} value={String(window.back)} data={[{ value: '0', label: t`the one that runs` }, { value: '1', label: t`the one before` }, ...(window.back > 1 ? [{ value: String(window.back), label: t`${window.back} before` }] : [])]}
            onChange={(event) => onChange({ ...window, back: Number(event.currentTarget.value) })}
          />
          <Select label={t`Zone`} searchable allowDeselect={false} limit={50} value={window.zone} data={zones} onChange={(zone) => onChange({ ...window, zone: zone ?? 'UTC' })} />
        </>
      )}
    </div>
  )
}

export function FoldForm({ form, onChange }: { form: Form; onChange: (form: Form) => void }) {
  const { t, i18n } = useLingui()
  const names = useEventNames()
  const faults = faultsOf(form)
  return (
    <div className="co-form">
      <Part title={t`What`}>
        <div className="co-fields">
          <NativeSelect
            label={t`Value`} description={i18n._(hints[form.fold])} inputWrapperOrder={['label', 'input', 'description']} value={form.fold} data={KINDS.map((value) => ({ value, label: i18n._(kinds[value]) }))}
            onChange={(event) => onChange({ ...form, fold: KINDS.find((one) => one === event.currentTarget.value) ?? 'count' })}
          />
          {takesValue(form.fold) && (
            <>
              <NativeSelect label={t`Of the event's`} value={form.place} data={[{ value: 'property', label: t`property` }, { value: 'context', label: t`context` }]} onChange={(event) => onChange({ ...form, place: event.currentTarget.value === 'context' ? 'context' : 'property' })} />
              <TextInput
                label={t`Name`} placeholder={form.place === 'context' ? 'device.type' : 'total'} description={t`With dots into what is inside: products.0.sku`} inputWrapperOrder={['label', 'input', 'error', 'description']}
                classNames={{ input: 'co-mono' }} required maxLength={200} autoComplete="off" value={form.path} onChange={(event) => onChange({ ...form, path: event.currentTarget.value })}
              />
            </>
          )}
        </div>
        {form.fold === 'sum' && <Checkbox size="xs" label={t`A sum for each currency`} checked={form.currency} onChange={(event) => onChange({ ...form, currency: event.currentTarget.checked })} />}
      </Part>
      <Part title={t`Of which events`}>
        <TagsInput label={t`Events`} placeholder={form.events.length === 0 ? t`any event` : ''} value={form.events} data={names} maxTags={20} clearable={false} onChange={(events) => onChange({ ...form, events })} />
      </Part>
      <Part title={t`Over which time`}><WindowFields window={form.window} onChange={(window) => onChange({ ...form, window })} /></Part>
      <Part title={t`Where`}>
        {form.where.kind === 'rows' && form.where.rows.length === 0 && <p className="pt-faint"><Trans>No condition: each of these events counts.</Trans></p>}
        <WhereRows where={form.where} faults={faults} onChange={(where) => onChange({ ...form, where })} />
        {form.where.kind === 'rows' && form.where.rows.some((row) => row.is === 'equals' || row.is === 'not_equals' || row.is === 'one_of' || row.is === 'none_of') && (
          <p className="pt-faint co-small"><Trans>A number is compared as a number; in quotes, as text: <code className="pt-ltr">"42"</code>.</Trans></p>
        )}
      </Part>
    </div>
  )
}
