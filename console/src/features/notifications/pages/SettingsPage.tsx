// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, NumberInput, Select, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Page, Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { Devices } from '../components/Devices'
import { Rules } from '../components/Rules'
import { saveSettings, sendTest, type Settings, toMinutes, toTime, useSettings } from '../model'
import '../notifications.css'

type Change = (change: Partial<Settings>) => void

function Minutes({ label, value, onChange }: { label: string; value: number; onChange: (minutes: number) => void }) {
  return (
    <TextInput
      type="time" label={label} value={toTime(value)}
      onChange={(event) => {
        const minutes = toMinutes(event.currentTarget.value)
        if (minutes !== null) onChange(minutes)
      }}
    />
  )
}

function When({ s, change }: { s: Settings; change: Change }) {
  const { t } = useLingui()
  const daily = s.digest_every_min === 0
  const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), s.zone])]
  return (
    <Panel title={t`When`}>
      <div className="no-fields">
        <Select label={t`Time zone`} searchable allowDeselect={false} value={s.zone} data={zones} onChange={(zone) => zone !== null && change({ zone })} />
        <Minutes label={t`Quiet from`} value={s.quiet_from_min} onChange={(quiet_from_min) => change({ quiet_from_min })} />
        <Minutes label={t`Quiet until`} value={s.quiet_until_min} onChange={(quiet_until_min) => change({ quiet_until_min })} />
        <Switch label={t`P1 comes through`} checked={s.quiet_not_p1} onChange={(event) => change({ quiet_not_p1: event.currentTarget.checked })} />
        <NativeSelect
          label={t`What is collected comes`} value={daily ? 'day' : 'minutes'} data={[{ value: 'minutes', label: t`Every few minutes` }, { value: 'day', label: t`Once a day` }]}
          onChange={(event) => change({ digest_every_min: event.currentTarget.value === 'day' ? 0 : 30 })}
        />
        {daily
          ? <Minutes label={t`At`} value={s.digest_at_min} onChange={(digest_at_min) => change({ digest_at_min })} />
          : <NumberInput label={t`Minutes`} min={5} max={1440} value={s.digest_every_min} onChange={(value) => typeof value === 'number' && value >= 5 && change({ digest_every_min: value })} />}
      </div>
    </Panel>
  )
}

function Where({ s, change, hook, onHook }: { s: Settings; change: Change; hook: string | undefined; onHook: (url: string | undefined) => void }) {
  const { t } = useLingui()
  const test = (channel: 'mail' | 'webhook') => void attempt(sendTest(channel).then(() => toast({ text: t`A test is on its way` })))
  return (
    <Panel title={t`Where`}>
      <div className="no-fields">
        <NativeSelect label={t`Language of messages`} value={s.language} data={[{ value: 'en', label: 'English' }, { value: 'ar', label: 'العربية' }]} onChange={(event) => change({ language: event.currentTarget.value === 'ar' ? 'ar' : 'en' })} />
        <NativeSelect
          label={t`Form of the webhook`} value={s.shape} data={[{ value: 'generic', label: 'JSON' }, { value: 'slack', label: 'Slack' }, { value: 'teams', label: 'Microsoft Teams' }]}
          onChange={(event) => change({ shape: (['slack', 'teams'] as const).find((one) => one === event.currentTarget.value) ?? 'generic' })}
        />
        <TextInput className="pt-ltr" label={t`Address of the webhook`} maxLength={1000} placeholder={s.webhook ?? 'https://'} value={hook ?? ''} onChange={(event) => onHook(event.currentTarget.value === '' ? undefined : event.currentTarget.value)} />
      </div>
      <div className="pt-actions no-tests">
        {s.mail === null ? <span className="pt-soft"><Trans>Mail is not configured on this server.</Trans></span> : <Button size="compact-sm" onClick={() => test('mail')}><Trans>Test mail to {s.mail}</Trans></Button>}
        {s.webhook !== null && <Button size="compact-sm" onClick={() => test('webhook')}><Trans>Test the webhook</Trans></Button>}
        {s.webhook !== null && hook !== '' && <Button size="compact-sm" onClick={() => onHook('')}><Trans>Remove the webhook</Trans></Button>}
      </div>
    </Panel>
  )
}

function Form({ standing }: { standing: Settings }) {
  const { t } = useLingui()
  const [edit, setEdit] = useState<Partial<Settings>>({})
  const [hook, setHook] = useState<string>()
  const s = { ...standing, ...edit }
  const change: Change = (more) => setEdit({ ...edit, ...more })
  const dirty = Object.keys(edit).length > 0 || hook !== undefined
  const save = async () => {
    await saveSettings(s, hook)
    setEdit({})
    setHook(undefined)
    toast({ text: t`Saved` })
  }
  return (
    <div className="pt-stack">
      <Rules rules={s.rules} own={s.own} onChange={(rules) => change({ rules, own: true })} onStandard={() => change({ own: false })} />
      <When s={s} change={change} />
      <Where s={s} change={change} hook={hook} onHook={setHook} />
      <div className="pt-actions"><Button variant="filled" disabled={!dirty} onClick={() => void attempt(save())}><Trans>Save</Trans></Button></div>
      <Devices pushKey={s.push_key} />
    </div>
  )
}

export function SettingsPage() {
  const { t } = useLingui()
  const query = useSettings()
  return (
    <Page title={t`What you are told`} note={<Trans>All of it stands in the console; here is what reaches you elsewhere, and when.</Trans>}>
      <Loaded query={query} rows={10}>{(settings) => <Form standing={settings} />}</Loaded>
    </Page>
  )
}
