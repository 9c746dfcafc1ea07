// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Checkbox, Select, TextInput } from '@mantine/core'
import { Panel } from '@/ui/Page'
import { type Draft, type Mode, MODES } from '../draft'
import { modes } from './words'

/** What holds for the whole plan. */
export function PlanSettings({ draft, onChange, readOnly }: { draft: Draft; onChange: (draft: Draft) => void; readOnly: boolean }) {
  const { t, i18n } = useLingui()
  const choice = (label: string, description: string, value: Mode, key: 'mode' | 'unplanned_events' | 'unplanned_properties') => (
    <Select
      key={key} label={label} description={description} allowDeselect={false} value={value} data={MODES.map((mode) => ({ value: mode, label: i18n._(modes[mode].name) }))}
      onChange={(mode) => onChange({ ...draft, [key]: MODES.find((one) => one === mode) ?? value })}
    />
  )
  return (
    <Panel title={t`The plan`}>
      <fieldset className="pl-rule pl-settings" disabled={readOnly}>
        <TextInput label={t`Name`} required maxLength={100} value={draft.name} onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })} error={draft.name.trim() === '' ? t`A name is missing` : null} />
        <TextInput label={t`Description`} maxLength={2000} value={draft.description} onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })} />
        {choice(t`Events that break their rule`, t`Where the rule itself does not say`, draft.mode, 'mode')}
        {choice(t`Events without a rule`, t`Unplanned: nobody said that they would come`, draft.unplanned_events, 'unplanned_events')}
        {choice(t`Properties that no rule lists`, t`Where the rule lists any at all`, draft.unplanned_properties, 'unplanned_properties')}
        <Checkbox label={t`Check formats`} description={t`Such as email or date-time`} checked={draft.formats} onChange={(event) => onChange({ ...draft, formats: event.currentTarget.checked })} />
      </fieldset>
    </Panel>
  )
}
