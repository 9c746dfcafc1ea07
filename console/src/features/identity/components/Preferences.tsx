// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, MultiSelect, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { useSources } from '../model'
import { type Draft, newPrefer, type Prefer, PREFER_MAX, PREFER_SOURCES_MAX, type PreferFault } from '../rules'

function Line({ row, fault, sources, onChange, onRemove }: { row: Prefer; fault: PreferFault | undefined; sources: { value: string; label: string }[]; onChange: (row: Prefer) => void; onRemove: () => void }) {
  const { t } = useLingui()
  const name = row.name
  const unknown = row.sources.filter((id) => !sources.some((one) => one.value === id)).map((id) => ({ value: id, label: id }))
  return (
    <li className="id-prefer">
      <TextInput
        aria-label={t`Name of the trait`} placeholder="email" classNames={{ input: 'id-mono' }} value={name} maxLength={200} autoComplete="off" spellCheck={false} onChange={(event) => onChange({ ...row, name: event.currentTarget.value })}
        error={fault === 'trait name' ? t`Which trait?` : fault === 'trait twice' ? t`There is one of that name` : null}
      />
      <MultiSelect
        aria-label={t`Sources preferred for ${name}, the first before the others`} placeholder={row.sources.length === 0 ? t`Sources, the first before the others` : undefined} searchable maxValues={PREFER_SOURCES_MAX} data={[...sources, ...unknown]} value={row.sources}
        onChange={(chosen) => onChange({ ...row, sources: chosen })} error={fault === 'no sources' ? t`At least one source` : null}
      />
      <ActionIcon aria-label={t`Remove ${name}`} title={t`Remove ${name}`} onClick={onRemove}><Icon name="close" /></ActionIcon>
    </li>
  )
}

/** Whose word holds where sources say different things of one trait. */
export function Preferences({ draft, faults, onChange }: { draft: Draft; faults: ReadonlyMap<number | 'blocked' | 'other', string>; onChange: (draft: Draft) => void }) {
  const sources = useSources()
  const put = (traits: Prefer[]) => onChange({ ...draft, traits })
  return (
    <div className="pt-stack">
      <p className="pt-soft id-intro"><Trans>Of a trait that several sources say, the newest holds. Where one source knows better, name it here: what it says stays until it says something else.</Trans></p>
      {draft.traits.length > 0 && (
        <ul className="id-prefers">
          {draft.traits.map((row) => (
            <Line key={row.row} row={row} fault={faults.get(row.row) as PreferFault | undefined} sources={sources} onChange={(next) => put(draft.traits.map((one) => (one.row === row.row ? next : one)))} onRemove={() => put(draft.traits.filter((one) => one.row !== row.row))} />
          ))}
        </ul>
      )}
      <div><Button leftSection={<Icon name="add" />} disabled={draft.traits.length >= PREFER_MAX} onClick={() => put([...draft.traits, newPrefer()])}><Trans>Prefer sources for a trait</Trans></Button></div>
    </div>
  )
}
