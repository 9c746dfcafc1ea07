// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, SegmentedControl, TagsInput, TextInput } from '@mantine/core'
import { useId } from 'react'
import '../computed.css'
import { Code } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { arity, type Fault, FIELDS, newRow, NO_WHERE, OPERATORS, type Place, PLACES, type Row, type Where, withOperator } from '../fold'
import { operators, places } from '../words'

function useFaultText() {
  const { t } = useLingui()
  return { 'no value': t`Which value?`, 'no name': t`A name is missing`, 'no number': t`A number is needed`, 'no condition value': t`A value is missing` } satisfies Record<Fault, string>
}

function Values({ row, fault, onChange }: { row: Row; fault: string | null; onChange: (row: Row) => void }) {
  const { t } = useLingui()
  const n = arity(row.is)
  const name = row.name
  if (n === 0) return null
  if (n === -1) return <TagsInput className="co-values" aria-label={t`Values of ${name}`} placeholder={row.values.length === 0 ? t`One value, then Enter` : ''} value={row.values} error={fault} splitChars={[',']} onChange={(values) => onChange({ ...row, values })} />
  const put = (i: number, text: string) => onChange({ ...row, values: row.values.map((one, at) => (at === i ? text : one)) })
  return (
    <div className="co-values co-pair">
      {row.values.map((text, i) => (
        <TextInput
          key={i} aria-label={n === 1 ? t`Value of ${name}` : i === 0 ? t`${name} from` : t`${name} to`} placeholder={row.is === 'before' || row.is === 'after' ? '2026-01-31T00:00:00Z' : n === 2 ? (i === 0 ? t`from` : t`to`) : ''}
          value={text} error={i === 0 ? fault : fault !== null} autoComplete="off" maxLength={1000} onChange={(event) => put(i, event.currentTarget.value)}
        />
      ))}
    </div>
  )
}

const EXAMPLES: Record<Exclude<Place, 'field'>, string> = { property: 'total', context: 'device.type', trait: 'plan' }

function Line({ row, fault, choice, list, onChange, onRemove }: {
  row: Row
  fault: Fault | undefined
  choice: readonly Place[]
  /** Id of the list of known traits. */
  list: string
  onChange: (row: Row) => void
  onRemove: () => void
}) {
  const { t, i18n } = useLingui()
  const texts = useFaultText()
  const said = fault === undefined ? null : texts[fault]
  const name = row.name
  return (
    <li className="co-row">
      <NativeSelect
        aria-label={t`Where it stands`} value={row.place} data={choice.map((value) => ({ value, label: i18n._(places[value]) }))}
        onChange={(event) => {
          const place = choice.find((one) => one === event.currentTarget.value) ?? 'property'
          onChange({ ...row, place, name: place === 'field' ? FIELDS[0] : row.place === 'field' ? '' : row.name })
        }}
      />
      {row.place === 'field'
        ? <NativeSelect aria-label={t`Name`} value={row.name} data={[...FIELDS]} onChange={(event) => onChange({ ...row, name: event.currentTarget.value })} />
        : <TextInput aria-label={t`Name`} placeholder={EXAMPLES[row.place]} list={row.place === 'trait' ? list : undefined} classNames={{ input: 'co-mono' }} value={row.name} error={fault === 'no name' ? said : null} autoComplete="off" maxLength={200} onChange={(event) => onChange({ ...row, name: event.currentTarget.value })} />}
      <NativeSelect
        aria-label={t`How ${name} is compared`} value={row.is} data={OPERATORS.map((value) => ({ value, label: i18n._(operators[value]) }))}
        onChange={(event) => onChange(withOperator(row, OPERATORS.find((one) => one === event.currentTarget.value) ?? 'equals'))}
      />
      <Values row={row} fault={fault === 'no name' ? null : said} onChange={onChange} />
      <ActionIcon className="co-remove" aria-label={t`Remove the condition on ${name}`} onClick={onRemove}><Icon name="close" /></ActionIcon>
    </li>
  )
}

/** Conditions on the event as rows, joined by one word; what rows cannot say is shown as it is and edited as JSON. */
export function WhereRows({ where, faults, choice = PLACES, traits = [], joined = true, onChange }: {
  where: Where
  faults: ReadonlyMap<number | 'path', Fault>
  /** Where a condition may look. */
  choice?: readonly Place[]
  /** Names of traits to choose from. */
  traits?: readonly string[]
  /** Whether it is asked here how many must hold. */
  joined?: boolean
  onChange: (where: Where) => void
}) {
  const { t } = useLingui()
  const list = useId()
  if (where.kind === 'json') {
    return (
      <div className="pt-stack">
        <p className="pt-soft"><Trans>These conditions are inside of one another, which rows cannot show. They are edited as JSON.</Trans></p>
        <Code label={t`Conditions`} text={JSON.stringify(where.json, null, 2)} height={220} />
        <div><Button onClick={() => onChange(NO_WHERE)}><Trans>Begin anew with rows</Trans></Button></div>
      </div>
    )
  }
  const put = (rows: Row[]) => onChange({ ...where, rows })
  return (
    <div className="co-where">
      {joined && where.rows.length > 1 && (
        <SegmentedControl
          aria-label={t`How many must hold`} className="co-join" value={where.join} data={[{ value: 'all', label: t`All must hold` }, { value: 'any', label: t`Any is enough` }]}
          onChange={(join) => onChange({ ...where, join: join === 'any' ? 'any' : 'all' })}
        />
      )}
      {where.rows.length > 0 && (
        <ul className="pt-items">
          {where.rows.map((row) => (
            <Line key={row.id} row={row} fault={faults.get(row.id)} choice={choice} list={list} onChange={(changed) => put(where.rows.map((one) => (one.id === row.id ? changed : one)))} onRemove={() => put(where.rows.filter((one) => one.id !== row.id))} />
          ))}
        </ul>
      )}
      {traits.length > 0 && <datalist id={list}>{traits.map((name) => <option key={name} value={name} />)}</datalist>}
      <div><Button size="compact-sm" leftSection={<Icon name="add" />} onClick={() => put([...where.rows, newRow()])}><Trans>Add a condition</Trans></Button></div>
    </div>
  )
}
