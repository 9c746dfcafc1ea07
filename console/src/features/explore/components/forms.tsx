// SPDX-License-Identifier: Apache-2.0
// What is asked, by kind.
import { Trans, useLingui } from '@lingui/react/macro'
import { Checkbox, NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { type Draft, type Exclusion, type Kind, MAX, MEASURES, newSeries, ofValue, ORDERS, type Series, type Unit, UNITS_OF } from '../query'
import { type EventSet, newId, newSet } from '../sets'
import { measures, orders, units } from '../words'
import { Add, BreakdownPart, LengthFields, More, NumberField, Part, PropertyFields, Remove, SetFields } from './fields'
import { letter, replaced, without } from './lists'

export type Props = { draft: Draft; onChange: (change: Partial<Draft>) => void }

function UnitPart({ draft, onChange }: Props) {
  const { t, i18n } = useLingui()
  const all: readonly Unit[] = UNITS_OF[draft.kind] ?? []
  return (
    <Part title={t`Period`} at="/unit">
      <NativeSelect aria-label={t`Period`} value={draft.unit} data={all.map((value) => ({ value, label: i18n._(units[value]) }))} onChange={(event) => onChange({ unit: all.find((one) => one === event.currentTarget.value) ?? 'day' })} />
    </Part>
  )
}

function SeriesRow({ one, i, only, onChange, onRemove }: { one: Series; i: number; only: boolean; onChange: (change: Partial<Series>) => void; onRemove: () => void }) {
  const { t, i18n } = useLingui()
  const name = letter(i)
  return (
    <li className="ex-item">
      <span className="ex-letter" aria-hidden="true">{name}</span>
      <div className="ex-item-body">
        <SetFields set={one} label={t`Events of ${name}`} at={`/series/${i}`} first={i === 0} onChange={onChange}>
          {!only && <Remove label={t`Remove series ${name}`} onClick={onRemove} />}
        </SetFields>
        <NativeSelect
          aria-label={t`Measure of ${name}`} value={one.measure} data={MEASURES.map((value) => ({ value, label: i18n._(measures[value]) }))}
          onChange={(event) => {
            const measure = MEASURES.find((it) => it === event.currentTarget.value) ?? 'total'
            onChange({ measure, of: ofValue(measure) ? (one.of ?? { place: 'property', path: '' }) : null })
          }}
        />
        {ofValue(one.measure) && <PropertyFields label={t`Value of ${name}`} property={one.of} onChange={(of) => onChange({ of })} />}
        {one.measure === 'quantile' && (
          <NativeSelect
            aria-label={t`Which quantile of ${name}`} value={String(one.q)} onChange={(event) => onChange({ q: Number(event.currentTarget.value) })}
            data={[...new Set([0.5, 0.75, 0.9, 0.95, 0.99, one.q])].map((q) => ({ value: String(q), label: new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 2 }).format(q) }))}
          />
        )}
      </div>
    </li>
  )
}

function SegmentationForm({ draft, onChange }: Props) {
  const { t } = useLingui()
  return (
    <>
      <Part title={t`What is counted`} at="/series">
        <ul className="pt-items ex-items">
          {draft.series.map((one, i) => (
            <SeriesRow key={one.id} one={one} i={i} only={draft.series.length === 1} onChange={(change) => onChange({ series: replaced(draft.series, one.id, change) })} onRemove={() => onChange({ series: without(draft.series, one.id) })} />
          ))}
          {draft.formulae.map((one, i) => (
            <li key={one.id} className="ex-item">
              <span className="ex-letter" aria-hidden="true">ƒ</span>
              <div className="ex-item-body">
                <div className="ex-set-row">
                  <TextInput className="pt-grow" aria-label={t`Formula ${i + 1}`} placeholder="A / B * 100" maxLength={200} autoComplete="off" classNames={{ input: 'ex-mono' }} value={one.formula} onChange={(event) => onChange({ formulae: replaced(draft.formulae, one.id, { formula: event.currentTarget.value }) })} />
                  <Remove label={t`Remove formula ${i + 1}`} onClick={() => onChange({ formulae: without(draft.formulae, one.id) })} />
                </div>
                <TextInput aria-label={t`Name of formula ${i + 1}`} placeholder={t`Name`} maxLength={MAX.name} autoComplete="off" value={one.name} onChange={(event) => onChange({ formulae: replaced(draft.formulae, one.id, { name: event.currentTarget.value }) })} />
              </div>
            </li>
          ))}
        </ul>
        <div className="pt-actions">
          <Add disabled={draft.series.length >= MAX.series} onClick={() => onChange({ series: [...draft.series, newSeries()] })}><Trans>Add a series</Trans></Add>
          <Add disabled={draft.formulae.length >= MAX.formulae} onClick={() => onChange({ formulae: [...draft.formulae, { id: newId(), name: '', formula: '' }] })}><Trans>Add a formula</Trans></Add>
        </div>
      </Part>
      <UnitPart draft={draft} onChange={onChange} />
      <BreakdownPart breakdown={draft.breakdown} limit={draft.limit} onChange={onChange} />
    </>
  )
}

/** `most`: steps there may be. */
export function StepsPart({ draft, onChange, most }: Props & { most: number }) {
  const { t } = useLingui()
  const steps = draft.steps
  const move = (at: number, by: number) => {
    const next = [...steps]
    const [one] = next.splice(at, 1)
    if (one) next.splice(at + by, 0, one)
    onChange({ steps: next })
  }
  return (
    <Part title={t`Steps`} at="/steps">
      <ol className="pt-items ex-items">
        {steps.map((one, i) => (
          <li
            key={one.id} className="ex-item"
            onKeyDown={(event) => {
              const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
              if (!event.altKey || by === 0 || steps[i + by] === undefined) return
              event.preventDefault()
              move(i, by)
            }}
          >
            <span className="ex-letter" aria-hidden="true">{i + 1}</span>
            <div className="ex-item-body">
              <SetFields set={one} label={t`Step ${i + 1}`} at={`/steps/${i}`} empty={t`Choose an event`} first={i === 0} onChange={(change) => onChange({ steps: replaced(steps, one.id, change) })}>
                {steps.length > 2 && <Remove label={t`Remove step ${i + 1}`} onClick={() => onChange({ steps: without(steps, one.id), exclude: draft.exclude.filter((it) => it.after === null || it.after < steps.length - 1) })} />}
              </SetFields>
            </div>
          </li>
        ))}
      </ol>
      <Add disabled={steps.length >= most} onClick={() => onChange({ steps: [...steps, newSet()] })}><Trans>Add a step</Trans></Add>
      <p className="pt-faint ex-small"><Trans>Alt with an arrow moves a step.</Trans></p>
    </Part>
  )
}

function FunnelForm({ draft, onChange }: Props) {
  const { t, i18n } = useLingui()
  const { steps } = draft
  return (
    <>
      <StepsPart draft={draft} onChange={onChange} most={MAX.steps} />
      <Part title={t`Within`} at="/window"><LengthFields label={t`Window`} length={draft.window} onChange={(window) => onChange({ window })} /></Part>
      <BreakdownPart breakdown={draft.breakdown} limit={draft.limit} onChange={onChange} />
      <More title={<Trans>Order, exclusions, same value</Trans>} open={draft.order !== 'ordered' || draft.exclude.length > 0 || draft.same !== null}>
        <Part title={t`Order`} at="/order">
          <NativeSelect
            aria-label={t`Order`} description={i18n._(orders[draft.order].means)} inputWrapperOrder={['input', 'description']} value={draft.order} data={ORDERS.map((value) => ({ value, label: i18n._(orders[value].title) }))}
            onChange={(event) => onChange({ order: ORDERS.find((one) => one === event.currentTarget.value) ?? 'ordered' })}
          />
        </Part>
        {draft.order !== 'any' && (
          <Part title={t`Without`} at="/exclude">
            {draft.exclude.map((one, i) => (
              <div key={one.id} className="ex-item-body">
                <SetFields set={one} label={t`Excluded ${i + 1}`} at={`/exclude/${i}`} empty={t`Choose an event`} onChange={(change) => onChange({ exclude: replaced<Exclusion>(draft.exclude, one.id, change) })}>
                  <Remove label={t`Remove excluded ${i + 1}`} onClick={() => onChange({ exclude: without(draft.exclude, one.id) })} />
                </SetFields>
                <NativeSelect
                  aria-label={t`Where excluded ${i + 1} may not be`} value={one.after === null ? '' : String(one.after)} data={[{ value: '', label: t`between any two steps` }, ...steps.slice(0, -1).map((_, k) => ({ value: String(k + 1), label: t`between steps ${k + 1} and ${k + 2}` }))]}
                  onChange={(event) => onChange({ exclude: replaced(draft.exclude, one.id, { after: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) }) })}
                />
              </div>
            ))}
            <Add disabled={draft.exclude.length >= MAX.exclude} onClick={() => onChange({ exclude: [...draft.exclude, { ...newSet(), after: null }] })}><Trans>Exclude an event</Trans></Add>
          </Part>
        )}
        <Part title={t`With the same`} at="/same"><PropertyFields label={t`Same at each step`} property={draft.same} none={t`nothing`} onChange={(same) => onChange({ same })} /></Part>
      </More>
    </>
  )
}

function RetentionForm({ draft, onChange }: Props) {
  const { t } = useLingui()
  const put = (name: 'begin' | 'again') => (change: Partial<EventSet>) => onChange({ [name]: { ...draft[name], ...change } })
  return (
    <>
      <Part title={t`Began with`} at="/begin"><SetFields set={draft.begin} label={t`Begin`} at="/begin/" first onChange={put('begin')} /></Part>
      <Part title={t`Came back to`} at="/again"><SetFields set={draft.again} label={t`Again`} at="/again/" onChange={put('again')} /></Part>
      <UnitPart draft={draft} onChange={onChange} />
      <BreakdownPart breakdown={draft.breakdown} limit={draft.limit} onChange={onChange} />
      <More title={<Trans>What counts as back</Trans>} open={draft.way !== 'on' || draft.recurring || draft.brackets !== ''}>
        <Part title={t`Counted as back`} at="/way">
          <SegmentedControl aria-label={t`Counted as back`} value={draft.way} data={[{ value: 'on', label: t`in that period` }, { value: 'beyond', label: t`then or later` }]} onChange={(way) => onChange({ way: way === 'beyond' ? 'beyond' : 'on' })} />
          <Checkbox size="xs" label={t`Anew in each period in which they begin`} checked={draft.recurring} onChange={(event) => onChange({ recurring: event.currentTarget.checked })} />
        </Part>
        <Part title={t`Periods taken together`} at="/brackets">
          <TextInput aria-label={t`Periods taken together`} placeholder="0, 1, 4, 8" description={t`Where each begins; empty: each by itself`} inputWrapperOrder={['input', 'description']} maxLength={200} autoComplete="off" classNames={{ input: 'ex-mono' }} value={draft.brackets} onChange={(event) => onChange({ brackets: event.currentTarget.value })} />
        </Part>
      </More>
    </>
  )
}

function PathsForm({ draft, onChange }: Props) {
  const { t } = useLingui()
  return (
    <>
      <Part title={t`Paths`} at={`/${draft.side}`}>
        <SegmentedControl aria-label={t`Direction`} value={draft.side} data={[{ value: 'from', label: t`after` }, { value: 'to', label: t`before` }]} onChange={(side) => onChange({ side: side === 'to' ? 'to' : 'from' })} />
        <SetFields set={draft.anchor} label={t`Event that paths stand on`} at={`/${draft.side}/`} first onChange={(change) => onChange({ anchor: { ...draft.anchor, ...change } })} />
      </Part>
      <Part title={t`Events on the way`} at="/nodes"><SetFields set={draft.nodes} label={t`Events on the way`} at="/nodes/" onChange={(change) => onChange({ nodes: { ...draft.nodes, ...change } })} /></Part>
      <Part title={t`How far`} at="/depth">
        <label className="ex-inline"><span><Trans>Steps</Trans></span><NumberField label={t`Steps`} value={draft.depth} min={2} max={MAX.depth} onChange={(depth) => onChange({ depth })} /></label>
        <label className="ex-inline"><span><Trans>Ways of each step, the largest first</Trans></span><NumberField label={t`Ways of each step`} value={draft.limit} max={MAX.limit} onChange={(limit) => onChange({ limit })} /></label>
        <Checkbox size="xs" label={t`The same event again and again counts once`} checked={draft.fold} onChange={(event) => onChange({ fold: event.currentTarget.checked })} />
      </Part>
      <Part title={t`A session ends after`} at="/gap"><LengthFields label={t`Gap`} length={draft.gap} onChange={(gap) => onChange({ gap })} /></Part>
    </>
  )
}

function OfForm({ draft, onChange }: Props) {
  const { t } = useLingui()
  return (
    <>
      <Part title={t`Of which events`} at="/of"><SetFields set={draft.of} label={t`Events`} at="/of/" first onChange={(change) => onChange({ of: { ...draft.of, ...change } })} /></Part>
      {draft.kind === 'sessions' && <Part title={t`A session ends after`} at="/gap"><LengthFields label={t`Gap`} length={draft.gap} onChange={(gap) => onChange({ gap })} /></Part>}
      <UnitPart draft={draft} onChange={onChange} />
    </>
  )
}

export const FORMS = {
  segmentation: SegmentationForm, funnel: FunnelForm, retention: RetentionForm, paths: PathsForm, stickiness: OfForm, lifecycle: OfForm, sessions: OfForm,
} satisfies Partial<Record<Kind, (props: Props) => React.ReactNode>>
