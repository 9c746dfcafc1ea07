// SPDX-License-Identifier: Apache-2.0
// What it learns from, when it learns, and what it may do by itself.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NumberInput, Switch } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Facts, Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { type Kind, putSettings, type Settings, useExamples, useSettings } from '../model'

function Form({ of }: { of: Settings }) {
  const { t } = useLingui()
  const may = useMay('desk.policy')
  const [draft, setDraft] = useState(of)
  const changed = JSON.stringify(draft) !== JSON.stringify(of)
  const set = (change: Partial<Settings>) => setDraft((now) => ({ ...now, ...change }))
  const save = async () => {
    await putSettings(draft)
    toast({ text: t`Saved: it holds for tickets from now on` })
  }
  return (
    <div className="pt-stack">
      <Switch label={t`Patron sets what it is sure of`} description={draft.sets ? t`Never over what a person chose.` : t`It only proposes.`} disabled={!may} checked={draft.sets} onChange={(event) => set({ sets: event.currentTarget.checked })} />
      <div className="tr-fields">
        <NumberInput size="xs" label={t`Learn anew after so many decisions`} description={t`0: not by itself`} min={0} max={100000} allowDecimal={false} hideControls disabled={!may} value={draft.retrain_after} onChange={(value) => set({ retrain_after: Number(value) || 0 })} />
        <NumberInput size="xs" label={t`And daily at, hour UTC`} description={t`What is new by then`} min={0} max={23} allowDecimal={false} hideControls disabled={!may} value={draft.retrain_hour} onChange={(value) => set({ retrain_hour: Number(value) || 0 })} />
      </div>
      {changed && <div className="pt-row"><Button variant="filled" onClick={() => void attempt(save())}><Trans>Save</Trans></Button><Button onClick={() => setDraft(of)}><Trans>As it was</Trans></Button></div>}
    </div>
  )
}

export function Learning({ kind }: { kind: Kind }) {
  const { t } = useLingui()
  const format = useFormat()
  const examples = useExamples().data?.find((one) => one.kind === kind)
  const settings = useSettings()
  return (
    <Panel title={t`What it learns from`} label={t`What it learns from`}>
      {examples && <Facts rows={[[t`Decisions on tickets`, format.integer(examples.decisions)], [t`Texts from files`, format.integer(examples.files)]]} />}
      <div className="tr-settings"><Loaded query={settings} rows={2}>{(of) => <Form key={of.version} of={of} />}</Loaded></div>
    </Panel>
  )
}
