// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Checkbox, MultiSelect, NativeSelect, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { CHANNELS, type Channel, type Kind, KINDS, type Rule } from '../model'
import { channelNames, kindNames } from '../words'

const LEVELS = [1, 2, 3, 4, 5] as const
const LEAST_ANY = 5

function RuleFields({ rule, number, onChange, onRemove }: { rule: Rule; number: number; onChange: (rule: Rule) => void; onRemove: () => void }) {
  const { t, i18n } = useLingui()
  const mute = rule.mute === true
  return (
    <fieldset className="no-rule" aria-label={t`Rule ${number}`}>
      <MultiSelect
        label={t`What`} placeholder={(rule.kinds ?? []).length === 0 ? t`Anything` : ''} value={rule.kinds ?? []} clearable
        data={KINDS.map((value) => ({ value, label: i18n._(kindNames[value]) }))} onChange={(kinds) => onChange({ ...rule, kinds: kinds as Kind[] })}
      />
      <NativeSelect
        label={t`Whose`} value={rule.whose ?? 'mine'} data={[{ value: 'mine', label: t`What concerns me` }, { value: 'any', label: t`All that I may see` }]}
        onChange={(event) => onChange({ ...rule, whose: event.currentTarget.value === 'any' ? 'any' : 'mine' })}
      />
      <TextInput label={t`Queue`} placeholder={t`Any`} maxLength={64} value={rule.queue ?? ''} onChange={(event) => onChange({ ...rule, queue: event.currentTarget.value })} />
      <NativeSelect
        label={t`Priority`} value={String(rule.least ?? LEAST_ANY)}
        data={LEVELS.map((value) => ({ value: String(value), label: value === LEAST_ANY ? t`Any` : value === 1 ? 'P1' : t`P${value} or higher` }))}
        onChange={(event) => onChange({ ...rule, least: Number(event.currentTarget.value) })}
      />
      <NativeSelect
        label={t`Then`} value={mute ? 'mute' : 'tell'} data={[{ value: 'tell', label: t`Tell me` }, { value: 'mute', label: t`Do not tell me` }]}
        onChange={(event) => onChange({ ...rule, mute: event.currentTarget.value === 'mute' })}
      />
      {!mute && (
        <div className="no-channels" role="group" aria-label={t`Beside the console`}>
          {CHANNELS.map((channel: Channel) => (
            <Checkbox
              key={channel} label={i18n._(channelNames[channel])} checked={(rule.channels ?? []).includes(channel)}
              onChange={(event) => onChange({ ...rule, channels: CHANNELS.filter((one) => (one === channel ? event.currentTarget.checked : (rule.channels ?? []).includes(one))) })}
            />
          ))}
          <Checkbox label={t`Mail and webhook collected`} checked={rule.digest === true} onChange={(event) => onChange({ ...rule, digest: event.currentTarget.checked })} />
        </div>
      )}
      <ActionIcon aria-label={t`Remove rule ${number}`} onClick={onRemove}><Icon name="close" /></ActionIcon>
    </fieldset>
  )
}

/** The first rule that fits decides. `own` false: they are those of the role, until one is changed. */
export function Rules({ rules, own, onChange, onStandard }: { rules: Rule[]; own: boolean; onChange: (rules: Rule[]) => void; onStandard: () => void }) {
  const { t } = useLingui()
  return (
    <Panel
      title={t`Rules`}
      actions={<>
        {own && <Button size="compact-sm" onClick={onStandard}><Trans>Those of my role</Trans></Button>}
        <Button size="compact-sm" onClick={() => onChange([{ kinds: [], channels: [] }, ...rules])}><Trans>Add a rule</Trans></Button>
      </>}
    >
      <p className="pt-soft">{own ? <Trans>The first rule that fits decides. What none takes is not told.</Trans> : <Trans>These are the rules of your role. Once you change one they are your own.</Trans>}</p>
      {rules.map((rule, index) => (
        <RuleFields
          // a rule has no name: its place is what it is
          key={index} rule={rule} number={index + 1} onChange={(next) => onChange(rules.map((one, at) => (at === index ? next : one)))}
          onRemove={() => onChange(rules.filter((_, at) => at !== index))}
        />
      ))}
    </Panel>
  )
}
