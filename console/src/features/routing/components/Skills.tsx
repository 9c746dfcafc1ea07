// SPDX-License-Identifier: Apache-2.0
// Skills with a level each: of an agent what they can, of a queue what is needed at least.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { LEVELS, type Skill, type SkillName, withSkill } from '../settings'

export function SkillRows({ value, names, disabled, onChange, none }: { value: readonly Skill[]; names: readonly SkillName[]; disabled: boolean; onChange: (value: Skill[]) => void; none: string }) {
  const { t } = useLingui()
  const known = (id: string) => [...names.map((one) => ({ value: one.id, label: one.name })), ...(id === '' || names.some((one) => one.id === id) ? [] : [{ value: id, label: id }])]
  const free = names.find((one) => !value.some((other) => other.skill === one.id))
  return (
    <div className="ro-rows">
      {value.length === 0 && <p className="pt-faint">{none}</p>}
      {value.map((one, i) => {
        const name = names.find((other) => other.id === one.skill)?.name ?? one.skill
        return (
          <div key={`${i} ${one.skill}`} className="ro-row">
            <NativeSelect size="xs" className="pt-grow" aria-label={t`Skill ${i + 1}`} disabled={disabled} value={one.skill} data={known(one.skill)} onChange={(event) => onChange(withSkill(value, i, { skill: event.currentTarget.value }))} />
            <NativeSelect size="xs" aria-label={t`Level of ${name}`} disabled={disabled} value={String(one.level)} data={LEVELS.map((level) => ({ value: String(level), label: t`Level ${level}` }))} onChange={(event) => onChange(withSkill(value, i, { level: Number(event.currentTarget.value) }))} />
            {!disabled && <ActionIcon aria-label={t`Take ${name} away`} onClick={() => onChange(withSkill(value, i, null))}><Icon name="close" size={14} /></ActionIcon>}
          </div>
        )
      })}
      {!disabled && (names.length === 0 ? <p className="pt-soft"><LinkTo href="/desk/routing?show=skills"><Trans>Name the first skill</Trans></LinkTo></p>
        : <div><Button size="compact-xs" disabled={free === undefined} leftSection={<Icon name="add" size={14} />} onClick={() => free && onChange(withSkill(value, value.length, { skill: free.id }))}><Trans>Add a skill</Trans></Button></div>)}
    </div>
  )
}
