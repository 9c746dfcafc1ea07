// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, MultiSelect, NativeSelect, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { api, ok } from '@/api/client'
import { Panel } from '@/ui/Page'
import { attempt } from '@/ui/toast'
import { LABELS, LEVELS, type Why } from '../model'
import { useNames } from '../names'
import type { Policy } from '../policy'
import { levels } from '../words'
import { Priority } from './chips'
import { WhyList } from './Why'

type Facts = { category: string; touchpoints: string[]; urgency: '' | 'high' | 'medium' | 'low'; label: '' | 'P1' | 'P2' | 'P3' | 'P4' | 'P5'; stores: number; tills: number; customers: number }

/** Which priority something would have by the policy as it is written here. */
export function PolicyTry({ policy }: { policy: Policy }) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const [facts, setFacts] = useState<Facts>({ category: policy.categories[0]?.id ?? '', touchpoints: [], urgency: '', label: '', stores: 1, tills: 1, customers: 0 })
  const [found, setFound] = useState<{ policy: Policy; facts: Facts; why: Why } | null>(null)
  const set = (change: Partial<Facts>) => setFacts((before) => ({ ...before, ...change }))
  const number = (name: 'stores' | 'tills' | 'customers', label: string) => <NumberInput size="xs" hideControls min={0} max={1000000} label={label} value={facts[name]} onChange={(value) => set({ [name]: Number(value) || 0 })} />
  return (
    <Panel title={t`Try it`}>
      <div className="dk-try">
        <NativeSelect size="xs" label={t`Category`} value={facts.category} data={[{ value: '', label: t`none` }, ...policy.categories.map((one) => ({ value: one.id, label: one.name }))]} onChange={(event) => set({ category: event.currentTarget.value })} />
        <MultiSelect size="xs" label={t`Touchpoints`} value={facts.touchpoints} data={Object.keys(policy.touchpoints).filter((one) => one !== '*').map((value) => ({ value, label: names.touchpoint(value) }))} onChange={(touchpoints) => set({ touchpoints })} />
        <NativeSelect size="xs" label={t`Urgency`} value={facts.urgency} data={[{ value: '', label: t`by the policy` }, ...LEVELS.map((value) => ({ value, label: i18n._(levels[value]) }))]} onChange={(event) => set({ urgency: event.currentTarget.value as Facts['urgency'] })} />
        <NativeSelect size="xs" label={t`Called`} value={facts.label} data={[{ value: '', label: t`nothing` }, ...LABELS]} onChange={(event) => set({ label: event.currentTarget.value as Facts['label'] })} />
        {number('stores', t`Stores`)}{number('tills', t`Tills`)}{number('customers', t`Customers`)}
        <Button onClick={() => void attempt(ok(api.POST('/api/v1/desk/policy/try', { body: { ...facts, policy: policy as never } as never })).then((why) => setFound({ policy, facts, why })))}><Trans>Which priority?</Trans></Button>
      </div>
      {found?.policy === policy && found.facts === facts && <div className="dk-tried" role="status"><div className="dk-why-head"><Priority of={found.why.priority} large /></div><WhyList why={found.why} /></div>}
    </Panel>
  )
}
