// SPDX-License-Identifier: Apache-2.0
// How a queue gives its tickets: to whom first, what is needed, what happens while nobody fits.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Autocomplete, Button, Checkbox, NativeSelect, NumberInput, Switch } from '@mantine/core'
import { categoriesOf, useNamed } from '@/features/desk'
import { Icon } from '@/ui/icons'
import { CHANNELS, type Need, NEED_FIELDS, type QueueSettings, type Relax, type SkillName, SPEAKS, STRATEGIES } from '../settings'
import { needFields, speaks, strategies } from '../words'
import { SkillRows } from './Skills'

type Of = { of: QueueSettings; disabled: boolean; set: (change: Partial<QueueSettings>) => void; names: readonly SkillName[] }

function Count({ label, value, min = 0, max, disabled, onChange, description }: { label: string; value: number; min?: number; max: number; disabled: boolean; onChange: (value: number) => void; description?: string }) {
  return <NumberInput size="xs" label={label} description={description} min={min} max={max} allowDecimal={false} hideControls disabled={disabled} value={value} onChange={(next) => onChange(Math.max(min, Number(next) || 0))} />
}

function Needs({ of, disabled, set, names }: Of) {
  const { t, i18n } = useLingui()
  const categories = categoriesOf(useNamed().data).map((one) => one.id)
  const change = (at: number, part: Partial<Need>) => set({ needs: of.needs.map((one, i) => (i === at ? { ...one, ...part } : one)) })
  return (
    <>
      {of.needs.map((one, i) => (
        <fieldset key={i}>
          <legend>{t`Where a ticket says so ${i + 1}`}</legend>
          <div className="ro-row">
            <NativeSelect size="xs" aria-label={t`Field`} disabled={disabled} value={one.field} data={NEED_FIELDS.map((value) => ({ value, label: i18n._(needFields[value]) }))} onChange={(event) => change(i, { field: event.currentTarget.value as Need['field'] })} />
            <Autocomplete size="xs" className="pt-grow" aria-label={t`Is`} placeholder={t`is …`} disabled={disabled} maxLength={200} data={one.field === 'category' ? categories : one.field === 'channel' ? [...CHANNELS] : []} value={one.value} onChange={(value) => change(i, { value })} />
            {!disabled && <ActionIcon aria-label={t`Remove`} onClick={() => set({ needs: of.needs.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></ActionIcon>}
          </div>
          <SkillRows value={one.skills} names={names} disabled={disabled} onChange={(skills) => change(i, { skills })} none={t`needs nothing yet`} />
        </fieldset>
      ))}
      {!disabled && <div><Button size="compact-xs" leftSection={<Icon name="add" size={14} />} onClick={() => set({ needs: [...of.needs, { field: 'category', value: '', skills: [] }] })}><Trans>Add a case</Trans></Button></div>}
    </>
  )
}

function Steps({ of, disabled, set, names }: Of) {
  const { t } = useLingui()
  const change = (at: number, part: Partial<Relax>) => set({ relax: of.relax.map((one, i) => (i === at ? { ...one, ...part } : one)) })
  return (
    <>
      {of.relax.map((one, i) => (
        <div key={i} className="ro-step">
          <NumberInput size="xs" label={t`After, seconds`} min={1} max={2592000} allowDecimal={false} hideControls disabled={disabled} value={one.after_s} onChange={(value) => change(i, { after_s: Math.max(1, Number(value) || 1) })} />
          <NativeSelect size="xs" label={t`Skill`} disabled={disabled} value={one.skill} data={[{ value: '', label: t`Every skill` }, ...names.map((name) => ({ value: name.id, label: name.name }))]} onChange={(event) => change(i, { skill: event.currentTarget.value })} />
          <NativeSelect size="xs" label={t`Becomes`} disabled={disabled} value={String(one.level)} data={[{ value: '0', label: t`not needed` }, ...[1, 2, 3, 4].map((level) => ({ value: String(level), label: t`level ${level} is enough` }))]} onChange={(event) => change(i, { level: Number(event.currentTarget.value) })} />
          {!disabled && <ActionIcon aria-label={t`Remove`} onClick={() => set({ relax: of.relax.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></ActionIcon>}
        </div>
      ))}
      {!disabled && of.relax.length < 8 && <div><Button size="compact-xs" leftSection={<Icon name="add" size={14} />} onClick={() => set({ relax: [...of.relax, { after_s: (of.relax.at(-1)?.after_s ?? 0) + 300, skill: '', level: 0 }] })}><Trans>Add a step</Trans></Button></div>}
    </>
  )
}

export function QueueForm(props: Of) {
  const { of, disabled, set, names } = props
  const { t, i18n } = useLingui()
  const minutes = of.ageing_min
  return (
    <>
      <Switch label={t`Tickets are given by Patron`} description={of.on ? undefined : t`Off: people take them themselves.`} disabled={disabled} checked={of.on} onChange={(event) => set({ on: event.currentTarget.checked })} />
      <NativeSelect size="xs" label={t`Who comes first`} description={i18n._(strategies[of.strategy].text)} disabled={disabled} value={of.strategy} data={STRATEGIES.map((value) => ({ value, label: i18n._(strategies[value].name) }))} onChange={(event) => set({ strategy: STRATEGIES.find((one) => one === event.currentTarget.value) ?? 'longest_idle' })} />
      <fieldset>
        <legend>{t`Offer`}</legend>
        <Checkbox label={t`Agents are asked before a ticket is theirs`} disabled={disabled} checked={of.ask} onChange={(event) => set({ ask: event.currentTarget.checked })} />
        {of.ask && (
          <div className="ro-fields">
            <Count label={t`Seconds to answer`} min={5} max={86400} value={of.answer_s} disabled={disabled} onChange={(answer_s) => set({ answer_s })} />
            <Count label={t`Away after so many unanswered`} max={20} value={of.away_after} disabled={disabled} onChange={(away_after) => set({ away_after })} />
            <Count label={t`Not the same again for, minutes`} max={1440} value={of.again_min} disabled={disabled} onChange={(again_min) => set({ again_min })} />
          </div>
        )}
        <Checkbox label={t`Who goes offline gives their tickets back`} disabled={disabled} checked={of.give_back} onChange={(event) => set({ give_back: event.currentTarget.checked })} />
      </fieldset>
      <fieldset>
        <legend>{t`Skills that every ticket needs`}</legend>
        <SkillRows value={of.skills} names={names} disabled={disabled} onChange={(skills) => set({ skills })} none={t`none: everybody of the queue`} />
        <Needs {...props} />
      </fieldset>
      <fieldset>
        <legend>{t`The language of a ticket`}</legend>
        <NativeSelect size="xs" label={t`Who gets it`} description={i18n._(speaks[of.language].text)} disabled={disabled} value={of.language} data={SPEAKS.map((value) => ({ value, label: i18n._(speaks[value].name) }))} onChange={(event) => set({ language: SPEAKS.find((one) => one === event.currentTarget.value) ?? 'off' })} />
        {of.language === 'preferred' && <Count label={t`For so many seconds`} min={1} max={2592000} value={of.language_s} disabled={disabled} onChange={(language_s) => set({ language_s })} />}
      </fieldset>
      <fieldset>
        <legend>{t`While nobody fits`}</legend>
        {of.relax.length === 0 && <p className="pt-faint"><Trans>A ticket waits until somebody has all its skills.</Trans></p>}
        <Steps {...props} />
      </fieldset>
      <fieldset>
        <legend>{t`Whom they know, and how long they wait`}</legend>
        <div className="ro-fields">
          <Count label={t`Same agent within, minutes`} description={t`0: no matter who spoke last`} max={527040} value={of.sticky_min} disabled={disabled} onChange={(sticky_min) => set({ sticky_min })} />
          <Count label={t`Held for them, seconds`} max={86400} value={of.head_start_s} disabled={disabled || of.sticky_min === 0} onChange={(head_start_s) => set({ head_start_s })} />
          <Count label={t`A priority higher each, minutes`} description={minutes === 0 ? t`0: never` : undefined} max={527040} value={of.ageing_min} disabled={disabled} onChange={(ageing_min) => set({ ageing_min })} />
        </div>
      </fieldset>
    </>
  )
}
