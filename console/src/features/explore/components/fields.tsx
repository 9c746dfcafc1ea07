// SPDX-License-Identifier: Apache-2.0
// The fields that questions of all kinds are made of.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Autocomplete, Button, NativeSelect, NumberInput, TagsInput, TextInput, Tooltip } from '@mantine/core'
import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from 'react'
import { loadWhereRows, newRow, type Row, type RowFault } from '@/features/computed'
import { Icon } from '@/ui/icons'
import { Skeleton } from '@/ui/states'
import { useNames } from '../model'
import { DAY, type Days, FIELDS, MAX } from '../query'
import { type EventSet, type Length, LENGTHS, PLACES, type Property, type Where } from '../sets'
import { lengths, places } from '../words'

const WhereRows = lazy(loadWhereRows)
const TRAIT = ['trait'] as const
/** What is missing is said where the answer would stand. */
const NO_FAULTS: ReadonlyMap<number, RowFault> = new Map()

/** What is wrong at a place of the query (a JSON pointer), in words; null: nothing. */
export const Wrong = createContext<(at: string) => string | null>(() => null)

function Fault({ at }: { at: string }) {
  const said = useContext(Wrong)(at)
  return said === null ? null : <p role="alert" className="pt-text-bad ex-small"><bdi>{said}</bdi></p>
}

export function Part({ title, at, children }: { title: string; at: string; children: ReactNode }) {
  return (
    <fieldset className="ex-part">
      <legend>{title}</legend>
      {children}
      <Fault at={at} />
    </fieldset>
  )
}

/** What few questions need; open where this one does. */
export function More({ title, open, children }: { title: ReactNode; open: boolean; children: ReactNode }) {
  const [used] = useState(open)
  return (
    <details className="ex-more" open={used}>
      <summary>{title}</summary>
      {children}
    </details>
  )
}

export function useEventNames(): string[] {
  const names = useNames()
  return useMemo(() => [...new Set((names?.events ?? []).map((one) => one.name).filter((name) => name !== ''))], [names])
}

export function Conditions({ where, onChange }: { where: Where; onChange: (where: Where) => void }) {
  return (
    <Suspense fallback={<Skeleton rows={1} />}>
      <WhereRows where={where} faults={NO_FAULTS} onChange={onChange} />
    </Suspense>
  )
}

/** Conditions on traits of a person. */
export function TraitRows({ rows, onChange }: { rows: Row[]; onChange: (rows: Row[]) => void }) {
  return (
    <Suspense fallback={<Skeleton rows={1} />}>
      <WhereRows
        where={{ kind: 'rows', join: 'all', rows }} faults={NO_FAULTS} choice={TRAIT} joined={false}
        onChange={(where) => onChange(where.kind === 'rows' ? where.rows.map((row) => ({ ...row, place: 'trait' })) : [])}
      />
    </Suspense>
  )
}

/** Events by their names, with conditions behind a button. */
export function SetFields({ set, label, at, empty, first = false, onChange, children }: {
  set: EventSet
  label: string
  at: string
  /** What no name means here. */
  empty?: string
  /** Takes the focus when the page opens. */
  first?: boolean
  onChange: (change: Partial<EventSet>) => void
  /** What else belongs to the row. */
  children?: ReactNode
}) {
  const { t } = useLingui()
  const names = useEventNames()
  const conditions = set.where.kind === 'json' || set.where.rows.length > 0
  const [open, setOpen] = useState(conditions)
  return (
    <div className="ex-set">
      <div className="ex-set-row">
        <TagsInput
          className="pt-grow" aria-label={label} placeholder={set.events.length === 0 ? (empty ?? t`any event`) : ''} value={set.events} data={names} limit={50} openOnFocus={false} maxTags={MAX.events} splitChars={[]} clearable={false}
          data-autofocus={first || undefined} onChange={(events) => onChange({ events })}
        />
        <Tooltip label={t`Conditions on ${label}`}>
          <ActionIcon
            aria-label={t`Conditions on ${label}`} aria-expanded={open} variant={conditions ? 'light' : 'subtle'}
            onClick={() => {
              if (!open && !conditions) onChange({ where: { kind: 'rows', join: 'all', rows: [newRow()] } })
              setOpen(!open)
            }}
          >
            <Icon name="filter" />
          </ActionIcon>
        </Tooltip>
        {children}
      </div>
      {open && <Conditions where={set.where} onChange={(where) => onChange({ where })} />}
      <Fault at={at} />
    </div>
  )
}

/** What is read of an event; `none`: what the choice of nothing is called. */
export function PropertyFields({ label, property, none, onChange }: { label: string; property: Property | null; none?: string; onChange: (property: Property | null) => void }) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const place = property?.place
  const known = useMemo(() => [...new Set((names?.properties ?? []).filter((one) => one.of === place).map((one) => one.name))], [names, place])
  return (
    <div className="ex-pair">
      <NativeSelect
        aria-label={label} value={place ?? ''} data={[...(none === undefined ? [] : [{ value: '', label: none }]), ...PLACES.map((value) => ({ value, label: i18n._(places[value]) }))]}
        onChange={(event) => {
          const next = PLACES.find((one) => one === event.currentTarget.value)
          onChange(next === undefined ? null : { place: next, path: next === 'field' ? 'channel' : place === 'field' ? '' : (property?.path ?? '') })
        }}
      />
      {place === 'field' && <NativeSelect aria-label={t`Name of ${label}`} value={property?.path ?? ''} data={[...FIELDS]} onChange={(event) => onChange({ place, path: event.currentTarget.value })} />}
      {property !== null && (place === 'property' || place === 'context') && (
        <Autocomplete
          aria-label={t`Name of ${label}`} placeholder={place === 'context' ? 'device.type' : 'total'} maxLength={200} limit={50} openOnFocus={false} data={known} value={property.path} classNames={{ input: 'ex-mono' }}
          onChange={(path) => onChange({ place, path })}
        />
      )}
    </div>
  )
}

/** From one day to another; or instants, as a question may hold them. */
export function DayFields({ days, onChange }: { days: Days; onChange: (days: Days) => void }) {
  const { t } = useLingui()
  return (
    <div className="ex-pair">
      {(['from', 'to'] as const).map((side) => (
        <TextInput
          key={side} aria-label={side === 'from' ? t`First day` : t`Last day`} type={days[side] === '' || DAY.test(days[side]) ? 'date' : 'text'} maxLength={40} value={days[side]}
          onChange={(event) => onChange({ ...days, [side]: event.currentTarget.value })}
        />
      ))}
    </div>
  )
}

export function NumberField({ label, value, min = 1, max, onChange }: { label: string; value: number; min?: number; max: number; onChange: (value: number) => void }) {
  return <NumberInput aria-label={label} value={value} min={min} max={max} allowDecimal={false} hideControls onChange={(typed) => onChange(Math.min(max, Math.max(min, Math.round(Number(typed)) || min)))} />
}

/** As the server bounds them. */
const LONGEST: Record<Length['unit'], number> = { seconds: 864000000, minutes: 14400000, hours: 240000, days: 10000 }

export function LengthFields({ label, length, onChange }: { label: string; length: Length; onChange: (length: Length) => void }) {
  const { t, i18n } = useLingui()
  return (
    <div className="ex-pair">
      <NumberField label={label} value={length.amount} max={LONGEST[length.unit]} onChange={(amount) => onChange({ ...length, amount })} />
      <NativeSelect
        aria-label={t`Unit of ${label}`} value={length.unit} data={LENGTHS.map((value) => ({ value, label: i18n._(lengths[value]) }))}
        onChange={(event) => onChange({ ...length, unit: LENGTHS.find((one) => one === event.currentTarget.value) ?? 'days' })}
      />
    </div>
  )
}

export function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return <ActionIcon aria-label={label} onClick={onClick}><Icon name="close" /></ActionIcon>
}

export function Add({ children, onClick, disabled = false }: { children: ReactNode; onClick: () => void; disabled?: boolean }) {
  return <div><Button size="compact-sm" leftSection={<Icon name="add" />} disabled={disabled} onClick={onClick}>{children}</Button></div>
}

/** Whether a question may be broken down: not where it is asked of cohorts, which are a breakdown themselves. */
export const Breakable = createContext(true)

export function BreakdownPart({ breakdown, limit, onChange }: { breakdown: Property | null; limit: number; onChange: (change: { breakdown?: Property | null; limit?: number }) => void }) {
  const { t } = useLingui()
  if (!useContext(Breakable)) return null
  return (
    <Part title={t`Broken down by`} at="/breakdown">
      <PropertyFields label={t`Breakdown`} property={breakdown} none={t`nothing`} onChange={(next) => onChange({ breakdown: next })} />
      {breakdown !== null && (
        <label className="ex-inline"><span><Trans>Values shown, the largest first</Trans></span><NumberField label={t`Values shown`} value={limit} max={MAX.limit} onChange={(next) => onChange({ limit: next })} /></label>
      )}
    </Part>
  )
}
