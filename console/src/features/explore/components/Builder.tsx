// SPDX-License-Identifier: Apache-2.0
// The question beside its answer: as fields, or as JSON where it says more than fields can.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { Panel } from '@/ui/Page'
import { DAY, type Draft, MAX, RANGE_UNITS, type Range } from '../query'
import { faults as faultWords, rangeUnits } from '../words'
import type { Question } from '../useQuestion'
import { Conditions, More, NumberField, Part, Wrong } from './fields'
import { FORMS } from './forms'

function RangePart({ range, onChange }: { range: Range; onChange: (range: Range) => void }) {
  const { t, i18n } = useLingui()
  return (
    <Part title={t`Range`} at="/range">
      <SegmentedControl
        aria-label={t`Range`} value={range.kind} data={[{ value: 'last', label: t`the last …` }, { value: 'between', label: t`from … to` }]}
        onChange={(kind) => onChange(kind === 'last' ? { kind, amount: 30, unit: 'days' } : { kind: 'between', from: '', to: '' })}
      />
      {range.kind === 'last' ? (
        <div className="ex-pair">
          <NumberField label={t`How many`} value={range.amount} max={MAX.amount} onChange={(amount) => onChange({ ...range, amount })} />
          <NativeSelect aria-label={t`Unit of the range`} value={range.unit} data={RANGE_UNITS.map((value) => ({ value, label: i18n._(rangeUnits[value]) }))} onChange={(event) => onChange({ ...range, unit: RANGE_UNITS.find((one) => one === event.currentTarget.value) ?? 'days' })} />
        </div>
      ) : (
        <div className="ex-pair">
          {(['from', 'to'] as const).map((side) => (
            <TextInput
              key={side} aria-label={side === 'from' ? t`First day` : t`Last day`} type={range[side] === '' || DAY.test(range[side]) ? 'date' : 'text'} maxLength={40} value={range[side]}
              onChange={(event) => onChange({ ...range, [side]: event.currentTarget.value })}
            />
          ))}
        </div>
      )}
    </Part>
  )
}

const WHO = '{"did": {"event": "Order Completed"}}'

function Further({ draft, onChange }: { draft: Draft; onChange: (change: Partial<Draft>) => void }) {
  const { t, i18n } = useLingui()
  const own = zoneOf(usePrefs())
  const zones = useMemo(() => [...new Set([draft.zone, own, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [draft.zone, own])
  return (
    <More title={<Trans>Zone, conditions on all events, people</Trans>} open={draft.who !== '' || draft.where.kind === 'json' || draft.where.rows.length > 0}>
      <Part title={t`Zone of days, weeks and months`} at="/zone"><Select aria-label={t`Zone`} searchable allowDeselect={false} limit={50} value={draft.zone} data={zones} onChange={(zone) => onChange({ zone: zone ?? 'UTC' })} /></Part>
      <Part title={t`Conditions on every event`} at="/where"><Conditions where={draft.where} onChange={(where) => onChange({ where })} /></Part>
      <Part title={t`Only people for whom this holds`} at="/who">
        <Textarea
          aria-label={t`Rule over a person, as JSON`} description={<Trans>A rule over a person at the end of the range, as JSON; empty: everybody. See the documentation of rules.</Trans>} inputWrapperOrder={['input', 'error', 'description']} placeholder={WHO} autosize minRows={2} maxRows={12} spellCheck={false} classNames={{ input: 'ex-code' }}
          value={draft.who} onChange={(event) => onChange({ who: event.currentTarget.value })}
        />
        {draft.who.trim() !== '' && !draft.who.trim().startsWith('{') && <p className="pt-text-bad ex-small">{i18n._(faultWords.json)}</p>}
      </Part>
    </More>
  )
}

export function Builder({ question, wrong, fresh }: { question: Question; wrong: (at: string) => string | null; fresh: boolean }) {
  const { t } = useLingui()
  const [asText, setAsText] = useState(false)
  const form = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (fresh) form.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true })
  }, [fresh])
  const { draft, text, json } = question
  const Form = draft === null ? null : FORMS[draft.kind]
  const view = asText || Form === null ? 'json' : 'form'
  const change = (part: Partial<Draft>) => {
    if (draft !== null) question.changeDraft({ ...draft, ...part })
  }
  return (
    <Panel
      title={t`Question`}
      actions={<SegmentedControl aria-label={t`View of the question`} value={view} disabled={draft === null} data={[{ value: 'form', label: t`Form` }, { value: 'json', label: 'JSON' }]} onChange={(next) => setAsText(next === 'json')} />}
    >
      <Wrong.Provider value={wrong}>
        {view === 'form' && draft !== null && Form !== null ? (
          <div ref={form} className="ex-form">
            <Form draft={draft} onChange={change} />
            <RangePart range={draft.range} onChange={(range) => change({ range })} />
            <Further draft={draft} onChange={change} />
          </div>
        ) : (
          <>
            {draft === null && json !== null && <p className="pt-soft ex-small"><Trans>This question says more than the fields can show. It is edited as JSON.</Trans></p>}
            <Textarea aria-label={t`Question as JSON`} autosize minRows={14} maxRows={36} classNames={{ input: 'ex-code' }} spellCheck={false} value={text} error={json === null ? t`This is not a JSON object yet` : null} onChange={(event) => question.changeText(event.currentTarget.value)} />
          </>
        )}
      </Wrong.Provider>
    </Panel>
  )
}
