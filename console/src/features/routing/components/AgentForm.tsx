// SPDX-License-Identifier: Apache-2.0
// What an agent can and may: queues, skills, how much at once, when.
import { useLingui } from '@lingui/react/macro'
import { MultiSelect, NumberInput } from '@mantine/core'
import type { Names } from '../names'
import { type AgentSettings, CHANNELS, LANGUAGES } from '../settings'
import { channels } from '../words'
import { ShiftsEditor } from './Shifts'
import { SkillRows } from './Skills'

export function AgentForm({ of, names, disabled, set }: { of: AgentSettings; names: Names; disabled: boolean; set: (change: Partial<AgentSettings>) => void }) {
  const { t, i18n } = useLingui()
  const { queues } = names
  const data = [...queues.map((one) => ({ value: one.id, label: one.name })), ...of.queues.filter((id) => !queues.some((one) => one.id === id)).map((id) => ({ value: id, label: id }))]
  const languages = [...LANGUAGES, ...of.languages.filter((code) => !LANGUAGES.some((one) => one === code))].map((value) => ({ value, label: names.language(value) })).sort((a, b) => a.label.localeCompare(b.label))
  return (
    <>
      <MultiSelect size="xs" label={t`Queues`} description={t`Whose tickets they get`} searchable disabled={disabled} value={of.queues} data={data} onChange={(list) => set({ queues: list })} />
      <fieldset>
        <legend>{t`Skills`}</legend>
        <SkillRows value={of.skills} names={names.skills} disabled={disabled} onChange={(skills) => set({ skills })} none={t`none`} />
      </fieldset>
      <MultiSelect size="xs" label={t`Languages`} description={t`That tickets can be written in for them`} searchable disabled={disabled} value={of.languages} data={languages} onChange={(list) => set({ languages: list })} />
      <fieldset>
        <legend>{t`Capacity`}</legend>
        <NumberInput size="xs" label={t`Tickets at once`} min={0} max={10000} allowDecimal={false} hideControls disabled={disabled} value={of.capacity} onChange={(value) => set({ capacity: Math.max(0, Number(value) || 0) })} />
        <div className="ro-fields">
          {CHANNELS.map((channel) => (
            <NumberInput
              key={channel} size="xs" label={i18n._(channels[channel])} placeholder={t`no limit of its own`} min={0} max={10000} allowDecimal={false} hideControls disabled={disabled} value={of.channels.find((one) => one.channel === channel)?.units ?? ''}
              onChange={(value) => set({ channels: [...of.channels.filter((one) => one.channel !== channel), ...(value === '' ? [] : [{ channel, units: Math.max(0, Number(value) || 0) }])] })}
            />
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{t`Shifts`}</legend>
        <ShiftsEditor value={of.shifts} disabled={disabled} onChange={(shifts) => set({ shifts })} />
      </fieldset>
    </>
  )
}
