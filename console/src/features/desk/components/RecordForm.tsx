// SPDX-License-Identifier: Apache-2.0
// A record of any kind, written by the table of its members.
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Checkbox, MultiSelect, NativeSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { MessageDescriptor } from '@lingui/core'
import { Icon } from '@/ui/icons'
import type { RecordKind } from '../model'
import { useNames } from '../names'
import { type Draft, type Member, MEMBERS, memberOf, type Ref, withMember } from '../records'
import { fields, levels, nameOf, sorts, states, types, waitings } from '../words'

const members: Record<string, MessageDescriptor> = {
  ...fields,
  depends_on: msg`Depends on`, vendor: msg`Vendor`, owner: msg`Owner`, contract: msg`Contract`, contact: msg`Contact`, email: msg`Mail`, phone: msg`Phone`, hours: msg`Hours`,
  response_min: msg`Answers within, minutes`, resolve_min: msg`Solves within, minutes`, message: msg`Message that is sent`, calendar: msg`Calendar`, members: msg`Members`, note: msg`Note`,
  public: msg`The requester reads the note`, change: msg`What it changes`, report: msg`What the report says`, search: msg`Words`, sort: msg`Order`,
}

const choices: Record<string, MessageDescriptor> = {
  ...Object.fromEntries(Object.entries(states).map(([id, { name }]) => [id, name])), ...types, ...levels, ...waitings, ...sorts,
  live: msg`In use`, planned: msg`Planned`, retired: msg`Retired`,
}

type OwnField = { id: string; label: string; kind: string; required?: boolean; choices?: string[] }
const KINDS = { text: msg`Text`, number: msg`Number`, truth: msg`Yes or no`, choice: msg`Choice`, date: msg`Date` }

function OwnFields({ value, disabled, onChange }: { value: OwnField[]; disabled: boolean; onChange: (value: OwnField[]) => void }) {
  const { t, i18n } = useLingui()
  const change = (at: number, part: Partial<OwnField>) => onChange(value.map((one, i) => (i === at ? { ...one, ...part } : one)))
  return (
    <fieldset>
      <legend>{t`Fields`}</legend>
      {value.map((one, i) => (
        <fieldset key={i}>
          <legend><bdi>{one.label || t`Field ${i + 1}`}</bdi></legend>
          <div className="dk-two">
            <TextInput size="xs" label={t`Name`} disabled={disabled} maxLength={200} value={one.label} onChange={(event) => change(i, { label: event.currentTarget.value })} />
            <TextInput size="xs" label={t`Id`} disabled={disabled} maxLength={64} value={one.id} onChange={(event) => change(i, { id: event.currentTarget.value })} />
            <NativeSelect size="xs" label={t`Kind`} disabled={disabled} value={one.kind} data={Object.entries(KINDS).map(([id, name]) => ({ value: id, label: i18n._(name) }))} onChange={(event) => change(i, { kind: event.currentTarget.value })} />
          </div>
          {one.kind === 'choice' && <TagsInput size="xs" label={t`Choices`} disabled={disabled} value={one.choices ?? []} onChange={(list) => change(i, { choices: list })} />}
          <div className="pt-row">
            <Checkbox size="xs" className="pt-grow" label={t`Must be filled in`} disabled={disabled} checked={one.required ?? false} onChange={(event) => change(i, { required: event.currentTarget.checked })} />
            {!disabled && <ActionIcon aria-label={t`Remove ${one.label}`} onClick={() => onChange(value.filter((_, k) => k !== i))}><Icon name="close" size={14} /></ActionIcon>}
          </div>
        </fieldset>
      ))}
      {!disabled && <Button size="compact-sm" leftSection={<Icon name="add" size={14} />} onClick={() => onChange([...value, { id: `field_${value.length + 1}`, label: '', kind: 'text' }])}><Trans>Add a field</Trans></Button>}
    </fieldset>
  )
}

function useRefs(): Record<Ref, { value: string; label: string }[]> {
  const names = useNames()
  const of = (list: readonly { id: string; name: string }[]) => list.map((one) => ({ value: one.id, label: one.name }))
  return { queues: of(names.queues), services: of(names.services), touchpoints: of(names.touchpoints), vendors: of(names.vendors), people: of(names.people), categories: of(names.categories) }
}

/** Values that a list does not know stay choosable: what names a record may be gone. */
function known(list: { value: string; label: string }[], more: readonly string[]) {
  return [...list, ...more.filter((id) => id !== '' && !list.some((one) => one.value === id)).map((id) => ({ value: id, label: id }))]
}

function Field({ member, value, disabled, onChange }: { member: Member; value: unknown; disabled: boolean; onChange: (value: unknown) => void }) {
  const { t, i18n } = useLingui()
  const refs = useRefs()
  const label = nameOf(i18n, members, member.id)
  const text = typeof value === 'string' ? value : ''
  const list = Array.isArray(value) ? (value as string[]) : []
  switch (member.kind) {
    case 'text': return <TextInput size="xs" label={label} disabled={disabled} maxLength={member.max ?? 500} value={text} onChange={(event) => onChange(event.currentTarget.value)} />
    case 'area': return <Textarea size="xs" label={label} autosize minRows={2} maxRows={10} disabled={disabled} maxLength={4000} value={text} onChange={(event) => onChange(event.currentTarget.value)} />
    case 'number': return <NumberInput size="xs" label={label} hideControls min={0} disabled={disabled} value={typeof value === 'number' ? value : ''} onChange={(number) => onChange(number === '' ? undefined : Number(number))} />
    case 'flag': return <Checkbox size="xs" label={label} disabled={disabled} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
    case 'choice': return <NativeSelect size="xs" label={label} disabled={disabled} value={text} data={[{ value: '', label: t`not said` }, ...member.choices.map((one) => ({ value: one, label: choices[one] ? i18n._(choices[one]) : one }))]} onChange={(event) => onChange(event.currentTarget.value)} />
    case 'one': return <Select size="xs" label={label} disabled={disabled} searchable clearable clearButtonProps={{ 'aria-label': t`none` }} value={text === '' ? null : text} data={known(refs[member.of], [text])} onChange={(id) => onChange(id ?? '')} />
    case 'many': return <MultiSelect size="xs" label={label} disabled={disabled} searchable value={list} data={known(refs[member.of], list)} onChange={onChange} />
    case 'fields': return <OwnFields value={(value as OwnField[] | undefined) ?? []} disabled={disabled} onChange={onChange} />
  }
}

export function RecordForm({ kind, record, disabled, onChange }: { kind: RecordKind; record: Draft; disabled: boolean; onChange: (record: Draft) => void }) {
  const { i18n } = useLingui()
  const own = MEMBERS[kind].filter((member) => !('in' in member) || member.in === undefined)
  const groups = [...new Set(MEMBERS[kind].flatMap((member) => ('in' in member && member.in !== undefined ? [member.in] : [])))]
  const field = (member: Member) => <Field key={`${'in' in member ? (member.in ?? '') : ''}${member.id}`} member={member} value={memberOf(record, member)} disabled={disabled} onChange={(value) => onChange(withMember(record, member, value))} />
  return (
    <>
      {own.map(field)}
      {groups.map((group) => (
        <fieldset key={group}>
          <legend>{nameOf(i18n, members, group)}</legend>
          {MEMBERS[kind].filter((member) => 'in' in member && member.in === group).map(field)}
        </fieldset>
      ))}
    </>
  )
}
