// SPDX-License-Identifier: Apache-2.0
// A store is added or changed. Another calendar holds from now on, or from a day.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { startOfDay } from '@/base/zone'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { putStore, type Store, type StoreEdit, useCalendars } from '../model'
import '../commerce.css'

type Form = Required<Omit<StoreEdit, 'calendar_from'>>

const EMPTY: Form = { name: '', zone: '', country: '', region: '', format: '', address: '', opened_on: '', closed_on: '', calendar: '' }
const CODE = /^[A-Za-z0-9._-]{1,64}$/

function formOf({ name, zone, country, region, format, address, opened_on, closed_on, calendar }: Store): Form {
  return { name, zone, country, region, format, address, opened_on, closed_on, calendar }
}

function Fields({ store: newest, onClose, onSaved }: { store: Store | null; onClose: () => void; onSaved: (code: string) => void }) {
  const { t } = useLingui()
  const own = zoneOf(usePrefs())
  const calendars = useCalendars().data ?? []
  /** As it was when one began: what others have saved since is not overwritten. */
  const [store] = useState(newest)
  const before = store === null ? { ...EMPTY, zone: own } : formOf(store)
  const [code, setCode] = useState(store?.code ?? '')
  const [form, setForm] = useState<Form>(before)
  const [from, setFrom] = useState('')
  const text = (name: keyof Form, change: (value: string) => string = (value) => value) => ({
    value: form[name], autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setForm((now) => ({ ...now, [name]: change(value) }))
    },
  })
  const moved = form.calendar !== before.calendar
  async function save() {
    const { calendar, ...rest } = form
    const begin = from === '' ? null : startOfDay(from, form.zone)
    const edit: StoreEdit = { ...rest, ...(moved ? { calendar, ...(begin === null ? {} : { calendar_from: new Date(begin).toISOString() }) } : {}) }
    await putStore(code, store?.version ?? 0, edit)
    const name = form.name
    toast({ text: store === null ? t`${name} was added` : t`${name} was saved` })
    onSaved(code)
  }
  return (
    <FormDialog
      title={store === null ? t`Add a store` : t`Change the store`} opened onClose={onClose} onSubmit={save} submit={store === null ? t`Add` : t`Save`}
      disabled={!CODE.test(code) || form.name.trim() === '' || form.zone.trim() === ''}
    >
      <div className="cm-two">
        <TextInput
          label={t`Code`} description={t`As reports and tills name it`} required maxLength={64} autoComplete="off" disabled={store !== null} value={code} data-autofocus={store === null ? true : undefined}
          error={code !== '' && !CODE.test(code) ? t`Letters, digits, dot, line and underscore only` : null} onChange={(event) => setCode(event.currentTarget.value)}
        />
        <TextInput label={t`Name`} description={t`As people call it`} required maxLength={200} {...text('name')} />
        <TextInput label={t`Time zone`} description={t`Such as Europe/Berlin`} required maxLength={64} {...text('zone')} />
        <TextInput label={t`Country`} description={t`Two letters`} maxLength={2} {...text('country', (value) => value.toUpperCase())} />
        <TextInput label={t`Region`} maxLength={100} {...text('region')} />
        <TextInput label={t`Format`} maxLength={100} {...text('format')} />
        <TextInput type="date" label={t`First day of trade`} {...text('opened_on')} />
        <TextInput type="date" label={t`Last day of trade`} {...text('closed_on')} />
        <NativeSelect label={t`Opening hours`} value={form.calendar} onChange={text('calendar').onChange} data={[{ value: '', label: t`none` }, ...calendars.map((one) => ({ value: one.id, label: one.name }))]} />
        {store !== null && moved && <TextInput type="date" label={t`They hold from`} description={t`Empty: from now on`} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />}
        <Textarea className="cm-wide" label={t`Address`} autosize minRows={2} maxLength={500} {...text('address')} />
      </div>
      {store !== null && moved && store.calendars.length > 1 && <p className="pt-soft"><Trans>What was planned for later is replaced.</Trans></p>}
    </FormDialog>
  )
}

export function StoreDialog({ opened, ...rest }: { opened: boolean; store: Store | null; onClose: () => void; onSaved: (code: string) => void }) {
  return opened ? <Fields {...rest} /> : null
}
