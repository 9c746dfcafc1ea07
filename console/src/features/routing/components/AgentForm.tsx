// SPDX-License-Identifier: Apache-2.0
// What an agent can and may: queues, skills, how much at once, when.
import { useLingui } from '@lingui/react/macro'
import { MultiSelect, NumberInput } from '@mantine/core'
import { type AgentSettings, CHANNELS, type SkillName } from '../settings'
import { channels } from '../words'
import { ShiftsEditor } from './Shifts'
import { SkillRows } from './Skills'

export function AgentForm({ of, queues, names, disabled, set }: { of: AgentSettings; queues: readonly { id: string; name: string }[]; names: readonly SkillName[]; disabled: boolean; set: (change: Partial<AgentSettings>) => void }) {
  const { t, i18n } = useLingui()
  const data = [...queues.map((one) => ({ value: one.id, label: one.name })), ...of.queues.filter((id) => !queues.some((one) => one.id === id)).map((id) => ({ value: id, label: id }))]
  return (
    <>
      <MultiSelect size="xs" label={t`Queues`} description={t`Whose tickets they get`} searchable disabled={disabled} value={of.queues} data={data} onChange={(list) => set({ queues: list })} />
      <fieldset>
        <legend>{t`Skills`}</legend>
        <SkillRows value={of.skills} names={names} disabled={disabled} onChange={(skills) => set({ skills })} none={t`none`} />
      </fieldset>
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
