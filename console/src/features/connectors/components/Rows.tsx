// SPDX-License-Identifier: Apache-2.0
// Rows of a rule: conditions, names with paths, fields.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Checkbox, NativeSelect, TagsInput, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '@/ui/icons'
import { type Cond, CONDITIONS_MAX, type FieldRow, FIELDS_MAX, FORMS, type How, newCond, newField, newPair, type Op, type Pair, twiceOf } from '../mapping'

type Row = { id: number }

/** A list of rows with one to add and each to remove. */
function List<T extends Row>({ rows, onChange, make, most, add, removeLabel, children }: {
  rows: readonly T[]
  onChange: (rows: T[]) => void
  make: () => T
  most: number
  add: ReactNode
  removeLabel: (number: number) => string
  children: (row: T, number: number, put: (change: Partial<T>) => void) => { fields: ReactNode; below?: ReactNode }
}) {
  return (
    <>
      {rows.length > 0 && (
        <ul className="pt-items cn-rows">
          {rows.map((row, i) => {
            const { fields, below } = children(row, i + 1, (change) => onChange(rows.map((one) => (one.id === row.id ? { ...one, ...change } : one))))
            return (
              <li key={row.id}>
                <div className="cn-row">
                  {fields}
                  <ActionIcon aria-label={removeLabel(i + 1)} onClick={() => onChange(rows.filter((one) => one.id !== row.id))}><Icon name="close" /></ActionIcon>
                </div>
                {below}
              </li>
            )
          })}
        </ul>
      )}
      {rows.length < most && <div><Button size="compact-sm" leftSection={<Icon name="add" />} onClick={() => onChange([...rows, make()])}>{add}</Button></div>}
    </>
  )
}

const text = { classNames: { input: 'cn-ltr cn-mono' }, autoComplete: 'off', spellCheck: false, maxLength: 400 }

export function Conditions({ rows, paths, onChange }: { rows: readonly Cond[]; paths: string; onChange: (rows: Cond[]) => void }) {
  const { t } = useLingui()
  const ops: { value: Op; label: string }[] = [{ value: 'is', label: t`is one of` }, { value: 'not', label: t`is none of` }, { value: 'there', label: t`is there` }, { value: 'absent', label: t`is not there` }]
  return (
    <List rows={rows} onChange={onChange} make={newCond} most={CONDITIONS_MAX} add={<Trans>Add a condition</Trans>} removeLabel={(number) => t`Remove condition ${number}`}>
      {(row, number, put) => ({
        fields: (
          <>
            <TextInput {...text} className="cn-slim" aria-label={t`Path of condition ${number}`} placeholder="^type" list={paths} value={row.path} onChange={(event) => put({ path: event.currentTarget.value })} />
            <NativeSelect aria-label={t`How condition ${number} compares`} data={ops} value={row.op} onChange={(event) => put({ op: event.currentTarget.value as Op })} />
            {(row.op === 'is' || row.op === 'not') && (
              <TagsInput
                className="cn-wide" aria-label={t`Values of condition ${number}`} placeholder={row.values.length === 0 ? t`type a value, Enter` : ''} maxTags={20} splitChars={[]} acceptValueOnBlur
                value={row.values} onChange={(values) => put({ values })}
              />
            )}
          </>
        ),
      })}
    </List>
  )
}

/** Names and paths, like {"customer": "customer.id"}. */
export function Pairs({ rows, paths, what, onChange }: { rows: readonly Pair[]; paths: string; what: string; onChange: (rows: Pair[]) => void }) {
  const { t } = useLingui()
  const twice = twiceOf(rows.map((row) => row.name))
  return (
    <List rows={rows} onChange={onChange} make={newPair} most={20} add={<Trans>Add one</Trans>} removeLabel={(number) => t`${what}: remove row ${number}`}>
      {(row, number, put) => ({
        fields: (
          <>
            <TextInput
              {...text} className="cn-slim" maxLength={40} aria-label={t`${what}: name in row ${number}`} placeholder="customer" value={row.name} error={twice.has(row.name.trim()) ? t`There twice` : null}
              onChange={(event) => put({ name: event.currentTarget.value })}
            />
            <TextInput {...text} className="cn-field" aria-label={t`${what}: path in row ${number}`} placeholder="customer.id" list={paths} value={row.path} onChange={(event) => put({ path: event.currentTarget.value })} />
          </>
        ),
      })}
    </List>
  )
}

/** Fields of an event: where each comes from, as what. */
export function Fields({ rows, paths, itemPaths, what, onChange }: {
  rows: readonly FieldRow[]
  /** Id of the list of paths that are offered. */
  paths: string
  /** What the items of a list offer; without it these are the fields of such an item, in which there is no further list. */
  itemPaths?: (list: string) => string[]
  what: string
  onChange: (rows: FieldRow[]) => void
}) {
  const { t } = useLingui()
  const twice = twiceOf(rows.map((row) => row.to))
  const hows: { value: How; label: string }[] = [{ value: 'path', label: t`from the body` }, { value: 'value', label: t`always` }, ...(itemPaths ? [{ value: 'lines' as const, label: t`a list` }] : [])]
  const forms = [{ value: '', label: t`as it is` }, ...FORMS.map((value) => ({ value, label: value }))]
  return (
    <List rows={rows} onChange={onChange} make={newField} most={FIELDS_MAX} add={<Trans>Add a field</Trans>} removeLabel={(number) => t`${what}: remove row ${number}`}>
      {(row, number, put) => ({
        fields: (
          <>
            <TextInput
              {...text} className="cn-field" maxLength={100} aria-label={t`${what}: name in row ${number}`} placeholder="order_id" value={row.to} error={twice.has(row.to.trim()) ? t`There twice` : null}
              onChange={(event) => put({ to: event.currentTarget.value })}
            />
            <NativeSelect aria-label={t`${what}: what row ${number} holds`} data={hows} value={row.how} onChange={(event) => put({ how: event.currentTarget.value as How })} />
            <TextInput
              {...text} className="cn-wide" aria-label={row.how === 'value' ? t`${what}: value in row ${number}` : t`${what}: path in row ${number}`} placeholder={row.how === 'value' ? t`value` : 'id'}
              {...(row.how === 'value' ? { maxLength: 2000 } : { list: paths })} value={row.from} onChange={(event) => put({ from: event.currentTarget.value })}
            />
            {row.how === 'path' && <NativeSelect aria-label={t`${what}: row ${number} as what`} data={forms} value={row.as} onChange={(event) => put({ as: event.currentTarget.value })} />}
            {row.how !== 'value' && <Checkbox label={t`needed`} aria-label={t`${what}: row ${number} is needed`} checked={row.required} onChange={(event) => put({ required: event.currentTarget.checked })} />}
          </>
        ),
        below: row.how === 'lines' && itemPaths && (
          <div className="cn-part cn-lines">
            <datalist id={`${paths}-${row.id}`}>{itemPaths(row.from).map((path) => <option key={path} value={path} />)}</datalist>
            <Fields rows={row.lines} paths={`${paths}-${row.id}`} what={row.to === '' ? t`Items of row ${number}` : t`Items of ${row.to}`} onChange={(lines) => put({ lines })} />
          </div>
        ),
      })}
    </List>
  )
}
