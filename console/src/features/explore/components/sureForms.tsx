// SPDX-License-Identifier: Apache-2.0
// What is asked, of the kinds that say how sure a difference is.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, SegmentedControl, TagsInput, TextInput } from '@mantine/core'
import { createContext, type ReactNode, useCallback, useContext } from 'react'
import { blank, type Cohort, type Draft, INNER, MAX, newCohort, type Stage } from '../query'
import { cohortText } from '../sentence'
import { type EventSet, newSet, type Property } from '../sets'
import { kinds, stageText } from '../words'
import { Add, Breakable, DayFields, LengthFields, More, NumberField, Part, PropertyFields, Remove, SetFields, Wrong } from './fields'
import { FORMS, type Props, StepsPart } from './forms'
import { letter, replaced, without } from './lists'
import { WhoFields } from './WhoFields'

/** The question as the server has understood it: what was left out stands there. */
export const Understood = createContext<Draft | null>(null)

/** What stands below a member of the query says so there. */
function Below({ at, children }: { at: string; children: ReactNode }) {
  const wrong = useContext(Wrong)
  return <Wrong.Provider value={useCallback((place: string) => wrong(`${at}${place}`), [wrong, at])}>{children}</Wrong.Provider>
}

function CohortRow({ one, i, only, onChange, onRemove }: { one: Cohort; i: number; only: boolean; onChange: (change: Partial<Cohort>) => void; onRemove: () => void }) {
  const { t, i18n } = useLingui()
  const name = letter(i)
  return (
    <li className="ex-item">
      <span className="ex-letter" aria-hidden="true">{name}</span>
      <div className="ex-item-body">
        <div className="ex-set-row">
          <TextInput className="pt-grow" aria-label={t`Name of cohort ${name}`} placeholder={cohortText(i18n, { ...one, name: '' })} maxLength={MAX.name} autoComplete="off" value={one.name} onChange={(event) => onChange({ name: event.currentTarget.value })} />
          {!only && <Remove label={t`Remove cohort ${name}`} onClick={onRemove} />}
        </div>
        <WhoFields who={one.who} label={t`cohort ${name}`} at={`/cohorts/${i}/who`} onChange={(who) => onChange({ who })} />
      </div>
    </li>
  )
}

export function CompareForm({ draft, onChange }: Props) {
  const { t, i18n } = useLingui()
  const { cohorts, inner } = draft
  const kind = INNER.find((one) => one === inner?.kind) ?? INNER[0]
  const Inner = FORMS[kind]
  const asked = inner ?? blank(kind, draft.zone)
  return (
    <>
      <Part title={t`Cohorts`} at="/cohorts">
        <ol className="pt-items ex-items">
          {cohorts.map((one, i) => (
            <CohortRow
              key={one.id} one={one} i={i} only={cohorts.length <= 2} onChange={(change) => onChange({ cohorts: replaced(cohorts, one.id, change) })}
              onRemove={() => onChange({ cohorts: without(cohorts, one.id) })}
            />
          ))}
        </ol>
        <Add disabled={cohorts.length >= MAX.cohorts} onClick={() => onChange({ cohorts: [...cohorts, newCohort()] })}><Trans>Add a cohort</Trans></Add>
        <p className="pt-faint ex-small"><Trans>The others are compared with the first. A cohort without conditions is everybody.</Trans></p>
      </Part>
      <Part title={t`What is compared`} at="/query">
        <NativeSelect
          aria-label={t`What is compared`} value={kind} data={INNER.map((value) => ({ value, label: i18n._(kinds[value].title) }))}
          onChange={(event) => onChange({ inner: blank(INNER.find((one) => one === event.currentTarget.value) ?? kind, draft.zone) })}
        />
      </Part>
      <Below at="/query">
        <Breakable.Provider value={false}><Inner draft={asked} onChange={(change) => onChange({ inner: { ...asked, ...change } })} /></Breakable.Provider>
      </Below>
    </>
  )
}

/** The server's own choice, or one's own, which begins as the server's. */
function Choice({ title, at, usual, own, isOwn, onChange, children }: { title: string; at: string; usual: string; own: string; isOwn: boolean; onChange: (own: boolean) => void; children: ReactNode }) {
  return (
    <Part title={title} at={at}>
      <SegmentedControl aria-label={title} value={isOwn ? 'own' : 'usual'} data={[{ value: 'usual', label: usual }, { value: 'own', label: own }]} onChange={(next) => onChange(next === 'own')} />
      {isOwn && children}
    </Part>
  )
}

function SetList({ sets, label, at, most, add, onChange }: { sets: EventSet[]; label: (i: number) => string; at: string; most: number; add: ReactNode; onChange: (sets: EventSet[]) => void }) {
  const { t } = useLingui()
  return (
    <>
      {sets.map((one, i) => {
        const name = label(i + 1)
        return (
          <SetFields key={one.id} set={one} label={name} at={`${at}/${i}`} empty={t`Choose an event`} onChange={(change) => onChange(replaced(sets, one.id, change))}>
            <Remove label={t`Remove: ${name}`} onClick={() => onChange(without(sets, one.id))} />
          </SetFields>
        )
      })}
      <Add disabled={sets.length >= most} onClick={() => onChange([...sets, newSet()])}>{add}</Add>
    </>
  )
}

function PropertyChoice({ draft, onChange }: Props) {
  const { t } = useLingui()
  const known = useContext(Understood)?.properties
  const { properties } = draft
  const list = typeof properties === 'string' ? [] : properties
  const put = (next: Property[]) => onChange({ properties: next })
  const way = typeof properties === 'string' ? properties : 'own'
  return (
    <Part title={t`Properties of the first event`} at="/properties">
      <SegmentedControl
        aria-label={t`Properties of the first event`} value={way} data={[{ value: 'usual', label: t`usual` }, { value: 'all', label: t`all` }, { value: 'own', label: t`chosen` }]}
        onChange={(next) => onChange({ properties: next === 'usual' || next === 'all' ? next : typeof known === 'object' ? known : [] })}
      />
      {way === 'own' && (
        <>
          {list.map((one, i) => {
            const label = t`property ${i + 1}`
            return (
              <div key={i} className="ex-set-row">
                <div className="pt-grow"><PropertyFields label={label} property={one} onChange={(next) => put(list.map((it, k) => (k === i && next !== null ? next : it)))} /></div>
                <Remove label={t`Remove: ${label}`} onClick={() => put(list.filter((_, k) => k !== i))} />
              </div>
            )
          })}
          <Add disabled={list.length >= MAX.candidates} onClick={() => put([...list, { place: 'property', path: '' }])}><Trans>Add a property</Trans></Add>
        </>
      )}
    </Part>
  )
}

const LEVELS = [0.01, 0.05, 0.1, 0.2]

export function CorrelationForm({ draft, onChange }: Props) {
  const { t, i18n } = useLingui()
  const { befores } = draft
  const percent = (share: number) => new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 2 }).format(share)
  return (
    <>
      <Part title={t`People who did`} at="/from"><SetFields set={draft.anchor} label={t`First event`} at="/from/" empty={t`Choose an event`} first onChange={(change) => onChange({ anchor: { ...draft.anchor, ...change } })} /></Part>
      <Part title={t`Conversion`} at="/to"><SetFields set={draft.goal} label={t`Conversion`} at="/to/" empty={t`Choose an event`} onChange={(change) => onChange({ goal: { ...draft.goal, ...change } })} /></Part>
      <Part title={t`Within`} at="/window"><LengthFields label={t`Window`} length={draft.window} onChange={(window) => onChange({ window })} /></Part>
      <PropertyChoice draft={draft} onChange={onChange} />
      <Part title={t`Traits of the person`} at="/traits">
        <TagsInput
          aria-label={t`Traits of the person`} description={t`As they are now: plan, city, or a computed one`} inputWrapperOrder={['input', 'error', 'description']} placeholder={draft.traits.length === 0 ? t`none` : ''} maxTags={MAX.candidates} maxLength={200} value={draft.traits}
          onChange={(traits) => onChange({ traits })}
        />
      </Part>
      <Choice title={t`Events done before`} at="/events" usual={t`the most frequent`} own={t`chosen`} isOwn={befores !== 'all'} onChange={(own) => onChange({ befores: own ? [] : 'all' })}>
        <SetList sets={befores === 'all' ? [] : befores} label={(i) => t`Event ${i} done before`} at="/events" most={MAX.candidates} add={<Trans>Add an event</Trans>} onChange={(next) => onChange({ befores: next })} />
      </Choice>
      <More title={<Trans>How sure, how many</Trans>} open={draft.minPeople !== 30 || draft.level !== 0.05 || draft.limit !== 100}>
        <Part title={t`How sure`} at="/level">
          <label className="ex-inline"><span><Trans>False discoveries among those named</Trans></span>
            <NativeSelect aria-label={t`Level of false discoveries`} value={String(draft.level)} data={[...new Set([...LEVELS, draft.level])].map((level) => ({ value: String(level), label: percent(level) }))} onChange={(event) => onChange({ level: Number(event.currentTarget.value) })} />
          </label>
          <label className="ex-inline"><span><Trans>Fewest people with it, and without it</Trans></span><NumberField label={t`Fewest people`} value={draft.minPeople} max={MAX.people} onChange={(minPeople) => onChange({ minPeople })} /></label>
          <label className="ex-inline"><span><Trans>Rows, the surest first</Trans></span><NumberField label={t`Rows`} value={draft.limit} max={MAX.rows} onChange={(limit) => onChange({ limit })} /></label>
        </Part>
      </More>
    </>
  )
}

/** What friction and a journey have in common: what is held against what, and what is in the way. */
function RoughParts({ draft, onChange, title, open, children }: Props & { title: ReactNode; open: boolean; children?: ReactNode }) {
  const { t } = useLingui()
  const known = useContext(Understood)
  const { baseline, errors, empty } = draft
  return (
    <>
      <Choice title={t`Beside`} at="/baseline" usual={t`the time before`} own={t`from … to`} isOwn={baseline !== null} onChange={(own) => onChange({ baseline: own ? { from: '', to: '' } : null })}>
        {baseline !== null && <DayFields days={baseline} onChange={(next) => onChange({ baseline: next })} />}
      </Choice>
      <More title={title} open={open || errors !== null || empty !== null}>
        <Choice title={t`Errors`} at="/errors" usual={t`usual names`} own={t`chosen`} isOwn={errors !== null} onChange={(own) => onChange({ errors: own ? (known?.errors ?? [newSet()]) : null })}>
          <SetList sets={errors ?? []} label={(i) => t`Error ${i}`} at="/errors" most={MAX.errors} add={<Trans>Add an event</Trans>} onChange={(next) => onChange({ errors: next })} />
        </Choice>
        <Choice title={t`Searches that found nothing`} at="/empty" usual={t`no results`} own={t`chosen`} isOwn={empty !== null} onChange={(own) => onChange({ empty: own ? (known?.empty ?? newSet()) : null })}>
          {empty !== null && <SetFields set={empty} label={t`Empty search`} at="/empty/" empty={t`Choose an event`} onChange={(change) => onChange({ empty: { ...empty, ...change } })} />}
        </Choice>
        {children}
      </More>
    </>
  )
}

export function FrictionForm({ draft, onChange }: Props) {
  const { t } = useLingui()
  return (
    <>
      <StepsPart draft={draft} onChange={onChange} most={MAX.frictionSteps} />
      <Part title={t`Within`} at="/window"><LengthFields label={t`Window`} length={draft.window} onChange={(window) => onChange({ window })} /></Part>
      <RoughParts draft={draft} onChange={onChange} title={<Trans>Errors, empty searches, repeats</Trans>} open={draft.repeats !== 3}>
        <Part title={t`Again and again`} at="/repeats">
          <label className="ex-inline"><span><Trans>Times in one session</Trans></span><NumberField label={t`Times in one session`} value={draft.repeats} min={2} max={MAX.repeats} onChange={(repeats) => onChange({ repeats })} /></label>
        </Part>
        <Part title={t`A session ends after`} at="/gap"><LengthFields label={t`Gap`} length={draft.gap} onChange={(gap) => onChange({ gap })} /></Part>
      </RoughParts>
    </>
  )
}

function StageRow({ one, i, only, onChange, onRemove }: { one: Stage; i: number; only: boolean; onChange: (change: Partial<Stage>) => void; onRemove: () => void }) {
  const { t, i18n } = useLingui()
  const number = i + 1
  return (
    <li className="ex-item">
      <span className="ex-letter" aria-hidden="true">{number}</span>
      <div className="ex-item-body">
        <div className="ex-set-row">
          <TextInput className="pt-grow" aria-label={t`Name of stage ${number}`} placeholder={t`Name`} maxLength={MAX.name} autoComplete="off" value={one.name} title={stageText(i18n, one.name)} onChange={(event) => onChange({ name: event.currentTarget.value })} />
          {!only && <Remove label={t`Remove stage ${number}`} onClick={onRemove} />}
        </div>
        <SetFields set={one} label={t`Events of stage ${number}`} at={`/stages/${i}`} empty={t`Choose an event`} onChange={onChange} />
        <NativeSelect
          aria-label={t`When events of stage ${number} count`} value={one.again ? 'again' : 'every'} data={[{ value: 'every', label: t`each time` }, { value: 'again', label: t`from the second time on` }]}
          onChange={(event) => onChange({ again: event.currentTarget.value === 'again' })}
        />
      </div>
    </li>
  )
}

export function JourneyForm({ draft, onChange }: Props) {
  const { t } = useLingui()
  const known = useContext(Understood)?.stages
  const stages = draft.stages ?? []
  return (
    <>
      <Part title={t`Whose journey`} at="/who"><WhoFields who={draft.who} label={t`whose journey`} at="/who" onChange={(who) => onChange({ who })} /></Part>
      <RoughParts draft={draft} onChange={onChange} title={<Trans>Errors, empty searches</Trans>} open={false} />
      <Choice
        title={t`Stages`} at="/stages" usual={t`discovery to loyalty`} own={t`own`} isOwn={draft.stages !== null}
        onChange={(own) => onChange({ stages: own ? (known ?? [{ ...newSet(), again: false }, { ...newSet(), again: false }]) : null })}
      >
        <ol className="pt-items ex-items">
          {stages.map((one, i) => (
            <StageRow key={one.id} one={one} i={i} only={stages.length <= 2} onChange={(change) => onChange({ stages: replaced(stages, one.id, change) })} onRemove={() => onChange({ stages: without(stages, one.id) })} />
          ))}
        </ol>
        <Add disabled={stages.length >= MAX.stages} onClick={() => onChange({ stages: [...stages, { ...newSet(), again: false }] })}><Trans>Add a stage</Trans></Add>
      </Choice>
    </>
  )
}
