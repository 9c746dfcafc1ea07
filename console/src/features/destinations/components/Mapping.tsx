// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { Facts } from '@/ui/Page'
import { MAP_KINDS, type MapKind, type MapRow, mapRowsOf } from '../form'
import { useTraitNames } from '../model'

const PATHS = ['messageId', 'event', 'userId', 'anonymousId', 'timestamp', 'properties.order_id', 'properties.total', 'properties.currency', 'context.traits.email', 'profile_id']

function useMapKinds(): Record<MapKind, string> {
  const { t } = useLingui()
  return { from: t`from the event`, trait: t`trait of the person`, value: t`always` }
}

/** A mapping as it is stored. */
export function MappingShown({ mapping }: { mapping: readonly unknown[] }) {
  const kinds = useMapKinds()
  return <Facts rows={mapRowsOf(mapping).map((row) => [row.to, <span key={row.id} className="de-error"><span className="pt-soft">{kinds[row.kind]}</span> <bdi>{row.text}</bdi></span>])} />
}

/** What is called how there: a path in the event, a trait of its person, or a fixed value. */
export function Mapping({ rows, onChange }: { rows: readonly MapRow[]; onChange: (rows: MapRow[]) => void }) {
  const { t } = useLingui()
  const next = Math.max(0, ...rows.map((row) => row.id)) + 1
  const traits = useTraitNames()
  const kinds = useMapKinds()
  const put = (row: MapRow) => onChange(rows.map((one) => (one.id === row.id ? row : one)))
  return (
    <div className="pt-stack">
      {rows.length > 0 && (
        <ul className="pt-items de-rows">
          {rows.map((row, i) => {
            const number = i + 1
            return (
              <li key={row.id} className="de-row">
                <TextInput aria-label={t`Name there, row ${number}`} placeholder={t`name there`} maxLength={100} classNames={{ input: 'de-ltr' }} autoComplete="off" value={row.to} onChange={(event) => put({ ...row, to: event.currentTarget.value })} />
                <NativeSelect
                  aria-label={t`What row ${number} holds`} value={row.kind} data={MAP_KINDS.map((value) => ({ value, label: kinds[value] }))}
                  onChange={(event) => put({ ...row, kind: MAP_KINDS.find((one) => one === event.currentTarget.value) ?? 'from' })}
                />
                <TextInput
                  aria-label={row.kind === 'value' ? t`Value, row ${number}` : row.kind === 'trait' ? t`Name of the trait, row ${number}` : t`Path in the event, row ${number}`}
                  placeholder={row.kind === 'value' ? t`value` : row.kind === 'trait' ? 'plan' : 'properties.total'} list={row.kind === 'value' ? undefined : row.kind === 'trait' ? 'de-traits' : 'de-paths'} maxLength={400}
                  classNames={{ input: 'de-ltr' }} autoComplete="off" value={row.text} onChange={(event) => put({ ...row, text: event.currentTarget.value })}
                />
                <ActionIcon aria-label={t`Remove row ${number}`} onClick={() => onChange(rows.filter((one) => one.id !== row.id))}><Icon name="close" /></ActionIcon>
              </li>
            )
          })}
        </ul>
      )}
      <datalist id="de-traits">{traits.map((name) => <option key={name} value={name} />)}</datalist>
      <datalist id="de-paths">{PATHS.map((path) => <option key={path} value={path} />)}</datalist>
      <div><Button leftSection={<Icon name="add" />} onClick={() => onChange([...rows, { id: next, to: '', kind: 'from', text: '' }])}><Trans>Add a field</Trans></Button></div>
    </div>
  )
}
