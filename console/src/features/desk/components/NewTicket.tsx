// SPDX-License-Identifier: Apache-2.0
// Something is reported: from a template or from nothing. A fault that is open already takes the report in.
import { Trans, useLingui } from '@lingui/react/macro'
import { MultiSelect, NativeSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, ok } from '@/api/client'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { part } from '../edits'
import { LEVELS, renewTickets, said, type Type, TYPES, useRecords } from '../model'
import { useNames } from '../names'
import { levels, types } from '../words'

type Form = { type: Type; title: string; description: string; requester: string; store: string; till: string; category: string; services: string[]; urgency: '' | 'high' | 'medium' | 'low'; queue: string; assignee: string }

const EMPTY: Form = { type: 'incident', title: '', description: '', requester: '', store: '', till: '', category: '', services: [], urgency: '', queue: '', assignee: '' }

/** Without what was left empty. */
function bodyOf(form: Form) {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== '' && (!Array.isArray(value) || value.length > 0)).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]))
}

export function NewTicket({ opened, onClose, onMade }: { opened: boolean; onClose: () => void; onMade: (key: string) => void }) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const templates = useRecords('templates').data ?? []
  const [form, setForm] = useState<Form>(EMPTY)
  const set = (change: Partial<Form>) => setForm((before) => ({ ...before, ...change }))
  const text = (name: 'title' | 'requester' | 'store' | 'till') => ({ value: form[name], onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }) })
  async function send() {
    const { ticket, joined, report, told } = await ok(api.POST('/api/v1/tickets', { body: bodyOf(form) as never }))
    setForm(EMPTY)
    void renewTickets()
    const key = ticket.key
    if (joined) toast({ text: told || t`The report joined ${key}`, undo: () => part(key, report).then((own) => onMade(own.ticket.key)) })
    else toast({ text: t`${key} was opened` })
    onMade(key)
  }
  return (
    <FormDialog title={t`Report something`} opened={opened} onClose={onClose} submit={t`Report`} onSubmit={send} disabled={form.title.trim() === '' && form.category === ''}>
      {templates.length > 0 && (
        <NativeSelect
          label={t`Template`} data={[{ value: '', label: t`none` }, ...templates.map((one) => ({ value: one.id, label: one.name }))]}
          onChange={(event) => {
            const template = templates.find((one) => one.id === event.currentTarget.value)
            if (template) setForm({ ...EMPTY, type: said<Type>(template, 'type') ?? 'incident', ...(said<Partial<Form>>(template, 'report') ?? {}) })
          }}
        />
      )}
      <TextInput label={t`What is wrong`} maxLength={200} data-autofocus {...text('title')} />
      <Textarea label={t`More about it`} autosize minRows={2} maxRows={8} maxLength={10000} value={form.description} onChange={(event) => set({ description: event.currentTarget.value })} />
      <div className="dk-two">
        <NativeSelect label={t`Type`} value={form.type} data={TYPES.map((value) => ({ value, label: i18n._(types[value]) }))} onChange={(event) => set({ type: event.currentTarget.value as Type })} />
        <Select label={t`Category`} searchable clearable clearButtonProps={{ 'aria-label': t`none` }} value={form.category === '' ? null : form.category} data={names.categories.map((one) => ({ value: one.id, label: one.name }))} onChange={(value) => set({ category: value ?? '' })} />
        <TextInput label={t`Store`} maxLength={100} {...text('store')} />
        <TextInput label={t`Till`} maxLength={100} {...text('till')} />
        <TextInput label={t`Requester`} maxLength={200} {...text('requester')} />
        <NativeSelect label={t`Urgency`} value={form.urgency} data={[{ value: '', label: t`by the policy` }, ...LEVELS.map((value) => ({ value, label: i18n._(levels[value]) }))]} onChange={(event) => set({ urgency: event.currentTarget.value as Form['urgency'] })} />
        <MultiSelect label={t`Services`} searchable value={form.services} data={names.services.map((one) => ({ value: one.id, label: one.name }))} onChange={(services) => set({ services })} />
        <Select label={t`Queue`} searchable clearable clearButtonProps={{ 'aria-label': t`none` }} value={form.queue === '' ? null : form.queue} data={names.queues.map((one) => ({ value: one.id, label: one.name }))} onChange={(value) => set({ queue: value ?? '' })} />
      </div>
      <p className="pt-faint"><Trans>An incident of the same category and services that is open already takes this report in, and says so.</Trans></p>
    </FormDialog>
  )
}
