// SPDX-License-Identifier: Apache-2.0
// Who is not to be linked with this person again, and lifting that.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Time } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { decideLift, type Other } from '../decisions'
import { type Barrier, type Profile, useCustomer } from '../model'
import { profileName } from '../words'
import { Identifiers } from './Story'

type Lifting = { numbers: number[]; other: Other }

/** By who stands on the other side; a split leaves one for each pair. */
export function bySide(barriers: readonly Barrier[]): Barrier[][] {
  const sides = new Map<string, Barrier[]>()
  for (const one of barriers) {
    const key = one.other_person ?? `${one.other.type} ${one.other.value}`
    sides.set(key, [...(sides.get(key) ?? []), one])
  }
  return [...sides.values()]
}

function Side({ side, profile, mayWrite, onLift }: { side: Barrier[]; profile: Profile; mayWrite: boolean; onLift: (numbers: number[], other: Other) => void }) {
  const { t, i18n } = useLingui()
  const id = side[0]?.other_person ?? null
  const other = useCustomer(id)
  const name = other.data ? profileName(i18n, other.data) : (side[0]?.other.value || t`An erased person`)
  const to = { id: id ?? profile.id, name }
  return (
    <li className="cu-side">
      <div className="pt-row">
        <Icon name="barrier" />
        <span className="pt-grow">{id === null ? <bdi>{name}</bdi> : <LinkTo href={`/customers/${id}`}><bdi>{name}</bdi></LinkTo>} <span className="pt-faint">{plural(side.length, { one: '# pair of identifiers', other: '# pairs of identifiers' })} · <Time at={side[0]?.at} /></span></span>
        {mayWrite && <Button onClick={() => onLift(side.map((one) => one.number), to)}>{side.length === 1 ? t`Lift…` : t`Lift all…`}</Button>}
      </div>
      <ul className="pt-items">
        {side.map((one) => (
          <li key={one.number} className="cu-pair">
            <Identifiers of={one.own} /> <span className="pt-faint">{t`not with`}</span> <Identifiers of={one.other} />
            {mayWrite && side.length > 1 && <Button size="compact-xs" onClick={() => onLift([one.number], to)}><Trans>Lift this one…</Trans></Button>}
          </li>
        ))}
      </ul>
    </li>
  )
}

export function Barriers({ barriers, profile, mayWrite }: { barriers: readonly Barrier[]; profile: Profile; mayWrite: boolean }) {
  const { t } = useLingui()
  const [lifting, setLifting] = useState<Lifting | null>(null)
  const lifted = useMutation({ mutationFn: (one: Lifting) => decideLift(profile, one.numbers, one.other), onSuccess: () => setLifting(null) })
  const name = lifting?.other.name ?? ''
  const count = plural(lifting?.numbers.length ?? 0, { one: '# pair', other: '# pairs' })
  return (
    <Panel title={t`Not to be linked`} flush>
      {barriers.length === 0
        ? <p className="cu-none pt-soft"><Trans>Nothing is kept apart from this person. Whoever is parted is listed here, and no event joins them again.</Trans></p>
        : <ul className="pt-items">{bySide(barriers).map((side) => <Side key={side[0]?.number} side={side} profile={profile} mayWrite={mayWrite} onLift={(numbers, other) => setLifting({ numbers, other })} />)}</ul>}
      <Dialog title={t`Lift the do-not-link`} opened={lifting !== null} onClose={() => setLifting(null)}>
        <div className="pt-stack">
          <p><Trans>{count} to <bdi>{name}</bdi> may be one person's again. Nobody is merged now: the next event that names both, or a merge by hand, does it. To keep them apart again, part them again.</Trans></p>
          {lifted.error !== null && <p role="alert" className="pt-text-bad">{errorText(lifted.error)}</p>}
          <Group justify="flex-end" gap="sm">
            <Button onClick={() => setLifting(null)}><Trans>Cancel</Trans></Button>
            <Button variant="filled" loading={lifted.isPending} data-autofocus onClick={() => lifting && lifted.mutate(lifting)}><Trans>Lift</Trans></Button>
          </Group>
        </div>
      </Dialog>
    </Panel>
  )
}
