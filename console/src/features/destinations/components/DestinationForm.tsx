// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Checkbox, MultiSelect, NumberInput, TagsInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { type EventRow, type Fault, faultsOf, type Form } from '../form'
import { type Kind, usePurposes } from '../model'
import { FieldInput } from './FieldInput'
import { FilterEditor } from './FilterEditor'
import { Mapping } from './Mapping'

function Events({ rows, onChange }: { rows: readonly EventRow[]; onChange: (rows: EventRow[]) => void }) {
  const { t } = useLingui()
  const next = Math.max(0, ...rows.map((row) => row.id)) + 1
  const put = (row: EventRow) => onChange(rows.map((one) => (one.id === row.id ? row : one)))
  return (
    <div className="pt-stack">
      {rows.length === 0 && <p className="pt-soft"><Trans>All events.</Trans></p>}
      <ul className="pt-items de-rows">
        {rows.map((row, i) => {
          const number = i + 1
          return (
            <li key={row.id} className="de-row">
              <TextInput aria-label={t`Event, row ${number}`} placeholder="Order Completed" maxLength={400} classNames={{ input: 'de-ltr' }} autoComplete="off" value={row.name} onChange={(event) => put({ ...row, name: event.currentTarget.value })} />
              <TextInput aria-label={t`What it is called there, row ${number}`} placeholder={t`called the same there`} maxLength={400} classNames={{ input: 'de-ltr' }} autoComplete="off" value={row.as} onChange={(event) => put({ ...row, as: event.currentTarget.value })} />
              <ActionIcon aria-label={t`Remove event ${number}`} onClick={() => onChange(rows.filter((one) => one.id !== row.id))}><Icon name="close" /></ActionIcon>
            </li>
          )
        })}
      </ul>
      <div><Button leftSection={<Icon name="add" />} onClick={() => onChange([...rows, { id: next, name: '', as: '' }])}><Trans>Only certain events</Trans></Button></div>
    </div>
  )
}

function Purposes({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const { t } = useLingui()
  const purposes = usePurposes().data
  const shared = { label: t`Purposes`, description: t`Whoever did not allow all of these is left out, up to the moment an event leaves. None: everybody’s events go.`, value, onChange }
  if (!purposes) return <TagsInput {...shared} />
  const known = new Set(purposes.map((one) => one.id))
  return <MultiSelect {...shared} clearable clearButtonProps={{ 'aria-label': t`No purpose` }} data={[...purposes.map((one) => ({ value: one.id, label: one.name })), ...value.filter((id) => !known.has(id)).map((id) => ({ value: id, label: id }))]} />
}

/** All that makes a destination. */
export function DestinationForm({ kind, begin, stored, submit, back, onSave }: {
  kind: Kind
  begin: Form
  /** Secrets that the server has. */
  stored: readonly string[]
  submit: string
  back: string
  onSave: (form: Form) => Promise<unknown>
}) {
  const { t } = useLingui()
  const [form, setForm] = useState(begin)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const put = (change: Partial<Form>) => setForm((now) => ({ ...now, ...change }))
  const faults = faultsOf(form, kind, stored)
  const texts: Record<Fault, string> = { missing: t`This is needed`, 'not JSON': t`Not a JSON object yet`, incomplete: t`A row is not complete` }
  const fault = (where: string) => (tried && faults.has(where) ? texts[faults.get(where) ?? 'missing'] : null)

  async function save() {
    setTried(true)
    if (faults.size > 0 || busy) return
    setBusy(true)
    setError(null)
    try {
      await onSave(form)
    } catch (why) {
      setError(why)
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: submit, group: t`Destinations`, whileTyping: true, run: () => void save() }])

  return (
    <form className="de-form" noValidate onSubmit={(event: FormEvent) => { event.preventDefault(); void save() }}>
      <Panel title={t`Where to`}>
        <div className="pt-stack">
          <TextInput
            label={t`Name`} required maxLength={100} autoComplete="off" data-autofocus value={form.name} error={fault('name')}
            onChange={(event) => put({ name: event.currentTarget.value })}
          />
          {kind.fields.map((field) => (
            <FieldInput
              key={field.name} kind={kind.name} field={field} value={form.settings[field.name] ?? ''} stored={stored.includes(field.name)} error={fault(`settings.${field.name}`)}
              onChange={(value) => put({ settings: { ...form.settings, [field.name]: value } })}
            />
          ))}
        </div>
      </Panel>
      <Panel title={t`Whose and which events`}>
        <div className="pt-stack">
          <Purposes value={form.purposes} onChange={(purposes) => put({ purposes })} />
          <div>
            <h3 className="de-label"><Trans>Events</Trans></h3>
            <Events rows={form.events} onChange={(events) => put({ events })} />
            {fault('events') && <p role="alert" className="pt-text-bad">{fault('events')}</p>}
          </div>
          <div>
            <h3 className="de-label"><Trans>Filter</Trans></h3>
            <FilterEditor filter={form.filter} tried={tried} error={fault('filter')} onChange={(filter) => put({ filter })} />
          </div>
          <Checkbox label={t`Also what imports brought`} description={t`Events of the past from files and migrations`} checked={form.historical} onChange={(event) => put({ historical: event.currentTarget.checked })} />
        </div>
      </Panel>
      {kind.mapping !== 'none' && (
        <Panel title={t`Field mapping`}>
          <p className="pt-soft">
            {kind.mapping === 'whole' ? <Trans>Without rows the whole event goes. With rows only these fields go, in this order.</Trans> : <Trans>These fields are added to what this kind works out by itself, or take its place.</Trans>}
          </p>
          <Mapping rows={form.mapping} onChange={(mapping) => put({ mapping })} />
          {fault('mapping') && <p role="alert" className="pt-text-bad">{fault('mapping')}</p>}
        </Panel>
      )}
      <Panel title={t`Pace`}>
        <div className="pt-stack">
          <Checkbox label={t`One request at a time`} description={t`Strictly in the order of the log; slower`} checked={form.inOrder} onChange={(event) => put({ inOrder: event.currentTarget.checked })} />
          <NumberInput
            label={t`Redrives and replays, events a second`} description={t`So that the past does not crowd out what is live`} min={1} max={10000} allowDecimal={false} clampBehavior="strict" hideControls maw={220}
            value={form.redrivePerS} onChange={(value) => put({ redrivePerS: typeof value === 'number' && value >= 1 ? value : 1 })}
          />
        </div>
      </Panel>
      {error !== null && <p role="alert" className="pt-text-bad"><bdi>{errorText(error)}</bdi></p>}
      {tried && faults.size > 0 && <p role="alert" className="pt-text-bad"><Trans>Something is missing above.</Trans></p>}
      <div className="pt-actions de-end">
        <ButtonLink href={back}><Trans>Cancel</Trans></ButtonLink>
        <Button type="submit" variant="filled" loading={busy}>{submit}</Button>
      </div>
    </form>
  )
}
