// SPDX-License-Identifier: Apache-2.0
// Which events go: conditions on the event and on its person as rows, in groups where one word does not join them all; or as JSON.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, SegmentedControl, Textarea } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { ALL_PLACES, loadWhereRows, newRow, type Row, type RowFault } from '@/features/computed'
import { Icon } from '@/ui/icons'
import { Skeleton } from '@/ui/states'
import { type Filter, filterText, type Group, JOINS, newGroup, NO_FILTER, rowFaults, type Rows, rowsOfText } from '../filter'
import { useTraitNames } from '../model'
import { useJoinWords } from './FilterShown'

const WhereRows = lazy(loadWhereRows)
const EXAMPLE = '{"property": "total", "is": "at_least", "value": 100}'
const NONE: ReadonlyMap<number, RowFault> = new Map()
/** What a list of conditions can be compared with as a number or as a text. */
const EITHER = new Set(['equals', 'not_equals', 'one_of', 'none_of'])

function Conditions({ rows, faults, traits, onChange }: { rows: Row[]; faults: ReadonlyMap<number, RowFault>; traits: readonly string[]; onChange: (rows: Row[]) => void }) {
  return (
    <WhereRows
      where={{ kind: 'rows', join: 'all', rows }} faults={faults} choice={ALL_PLACES} traits={traits} joined={false}
      onChange={(where) => { if (where.kind === 'rows') onChange(where.rows) }}
    />
  )
}

function GroupBox({ group, number, faults, traits, onChange, onRemove }: {
  group: Group
  number: number
  faults: ReadonlyMap<number, RowFault>
  traits: readonly string[]
  onChange: (group: Group) => void
  onRemove: () => void
}) {
  const { t } = useLingui()
  const words = useJoinWords()
  return (
    <fieldset className="de-group">
      <legend className="pt-hidden">{t`Group ${number}`}</legend>
      <div className="de-group-head">
        <NativeSelect
          aria-label={t`How many of group ${number} must hold`} value={group.join} data={JOINS.map((value) => ({ value, label: words[value] }))}
          onChange={(event) => onChange({ ...group, join: JOINS.find((one) => one === event.currentTarget.value) ?? 'all' })}
        />
        <ActionIcon aria-label={t`Remove group ${number}`} onClick={onRemove}><Icon name="close" /></ActionIcon>
      </div>
      <Conditions rows={group.rows} faults={faults} traits={traits} onChange={(rows) => onChange({ ...group, rows })} />
    </fieldset>
  )
}

function AsRows({ filter, tried, onChange }: { filter: Rows; tried: boolean; onChange: (filter: Filter) => void }) {
  const { t } = useLingui()
  const traits = useTraitNames()
  const faults = tried ? rowFaults(filter) : NONE
  const parts = filter.rows.length + filter.groups.length
  const all = [...filter.rows, ...filter.groups.flatMap((one) => one.rows)]
  const put = (change: Partial<Rows>) => onChange({ ...filter, ...change })
  return (
    <div className="de-filter">
      {parts === 0 && <p className="pt-soft"><Trans>No condition: all of these events go.</Trans></p>}
      {parts > 1 && (
        <SegmentedControl
          aria-label={t`How many must hold`} className="de-join" value={filter.join} data={[{ value: 'all', label: t`All must hold` }, { value: 'any', label: t`Any is enough` }]}
          onChange={(join) => put({ join: join === 'any' ? 'any' : 'all' })}
        />
      )}
      <Suspense fallback={<Skeleton rows={Math.max(1, all.length)} />}>
        <Conditions rows={filter.rows} faults={faults} traits={traits} onChange={(rows) => put({ rows })} />
        {filter.groups.map((group, i) => (
          <GroupBox
            key={group.id} group={group} number={i + 1} faults={faults} traits={traits} onChange={(changed) => put({ groups: filter.groups.map((one) => (one.id === group.id ? changed : one)) })}
            onRemove={() => put({ groups: filter.groups.filter((one) => one.id !== group.id) })}
          />
        ))}
      </Suspense>
      <div className="pt-actions">
        <Button size="compact-sm" leftSection={<Icon name="add" />} onClick={() => put({ groups: [...filter.groups, newGroup(filter.join === 'all' ? 'any' : 'all', [newRow()])] })}><Trans>Add a group</Trans></Button>
        <Button size="compact-sm" variant="subtle" onClick={() => onChange({ kind: 'json', text: filterText(filter) })}><Trans>Edit as JSON</Trans></Button>
      </div>
      {all.some((row) => row.place === 'trait') && <p className="pt-faint de-small"><Trans>Traits are those known when an event leaves, not when it came. Of somebody not known yet there are none.</Trans></p>}
      {all.some((row) => EITHER.has(row.is)) && <p className="pt-faint de-small"><Trans>A number is compared as a number; in quotes, as text: <code className="pt-ltr">"42"</code>.</Trans></p>}
    </div>
  )
}

function AsJson({ text, error, onChange }: { text: string; error: string | null; onChange: (filter: Filter) => void }) {
  const { t } = useLingui()
  const rows = rowsOfText(text)
  return (
    <div className="de-filter">
      <Textarea
        aria-label={t`Filter as JSON`} placeholder={EXAMPLE} autosize minRows={3} maxRows={14} spellCheck={false} classNames={{ input: 'de-ltr de-mono' }} error={error} value={text}
        onChange={(event) => onChange({ kind: 'json', text: event.currentTarget.value })}
      />
      <div className="pt-actions">
        <Button size="compact-sm" disabled={rows === null} onClick={() => onChange(rows ?? NO_FILTER)}><Trans>Show as rows</Trans></Button>
        {rows === null && <span className="pt-faint de-small"><Trans>This is not something that rows and groups can show.</Trans></span>}
      </div>
    </div>
  )
}

export function FilterEditor({ filter, tried, error, onChange }: {
  filter: Filter
  /** Whether what is missing is said. */
  tried: boolean
  error: string | null
  onChange: (filter: Filter) => void
}) {
  return filter.kind === 'rows' ? <AsRows filter={filter} tried={tried} onChange={onChange} /> : <AsJson text={filter.text} error={error} onChange={onChange} />
}
