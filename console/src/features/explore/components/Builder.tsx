// SPDX-License-Identifier: Apache-2.0
// The question beside its answer: as fields, or as JSON where it says more than fields can.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, SegmentedControl, Select, Textarea } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { Panel } from '@/ui/Page'
import { type Draft, type Kind, MAX, RANGE_UNITS, type Range } from '../query'
import type { Question } from '../useQuestion'
import { isEverybody } from '../who'
import { rangeUnits } from '../words'
import { Conditions, DayFields, More, NumberField, Part, Wrong } from './fields'
import { FORMS as PLAIN, type Props } from './forms'
import { CompareForm, CorrelationForm, FrictionForm, JourneyForm, Understood } from './sureForms'
import { WhoFields } from './WhoFields'

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
        <DayFields days={range} onChange={(days) => onChange({ kind: 'between', ...days })} />
      )}
    </Part>
  )
}

const FORMS: Record<Kind, (props: Props) => ReactNode> = { ...PLAIN, compare: CompareForm, correlation: CorrelationForm, friction: FrictionForm, journey: JourneyForm }
/** They ask for people among what else they ask. */
const WHO_OF_THEIR_OWN: ReadonlySet<Kind> = new Set(['compare', 'journey'])

function Further({ draft, onChange }: { draft: Draft; onChange: (change: Partial<Draft>) => void }) {
  const { t } = useLingui()
  const ownWho = WHO_OF_THEIR_OWN.has(draft.kind)
  const own = zoneOf(usePrefs())
  const zones = useMemo(() => [...new Set([draft.zone, own, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [draft.zone, own])
  return (
    <More title={ownWho ? <Trans>Zone, conditions on all events</Trans> : <Trans>Zone, conditions on all events, people</Trans>} open={(!isEverybody(draft.who) && !ownWho) || draft.where.kind === 'json' || draft.where.rows.length > 0}>
      <Part title={t`Zone of days, weeks and months`} at="/zone"><Select aria-label={t`Zone`} searchable allowDeselect={false} limit={50} value={draft.zone} data={zones} onChange={(zone) => onChange({ zone: zone ?? 'UTC' })} /></Part>
      <Part title={t`Conditions on every event`} at="/where"><Conditions where={draft.where} onChange={(where) => onChange({ where })} /></Part>
      {!ownWho && <Part title={t`Only people for whom this holds`} at="/who"><WhoFields who={draft.who} label={t`people`} at="/who" onChange={(who) => onChange({ who })} /></Part>}
    </More>
  )
}

/** `understood`: the question as it was answered. */
export function Builder({ question, understood, wrong, fresh }: { question: Question; understood: Draft | null; wrong: (at: string) => string | null; fresh: boolean }) {
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
            <Understood.Provider value={understood}><Form draft={draft} onChange={change} /></Understood.Provider>
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
