// SPDX-License-Identifier: Apache-2.0
// What a person told the staff, with how it was said: without that it proves nothing.
import { useLingui } from '@lingui/react/macro'
import { NativeSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { decide, type State } from '../model'

export function DecideDialog({ person, states, opened, onClose }: { person: string; states: readonly State[]; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const [purpose, setPurpose] = useState('')
  const [granted, setGranted] = useState('no')
  const [evidence, setEvidence] = useState('')
  const [version, setVersion] = useState('')
  const chosen = states.find((one) => one.purpose === purpose) ?? states[0]
  return (
    <FormDialog
      title={t`Note a decision`} opened={opened} onClose={onClose} submit={t`Note it`} disabled={chosen === undefined || evidence.trim() === ''}
      onSubmit={async () => {
        if (chosen === undefined) return
        const { name } = chosen
        await decide(person, { purpose: chosen.purpose, granted: granted === 'yes', evidence: evidence.trim(), text_version: version.trim() })
        setEvidence('')
        onClose()
        toast({ text: granted === 'yes' ? t`${name} is allowed from now on` : t`${name} is refused from now on` })
      }}
    >
      <NativeSelect label={t`Purpose`} value={chosen?.purpose ?? ''} data={states.map((one) => ({ value: one.purpose, label: one.name }))} onChange={(event) => setPurpose(event.currentTarget.value)} />
      <SegmentedControl aria-label={t`What the person said`} value={granted} data={[{ value: 'no', label: t`Refuses` }, { value: 'yes', label: t`Allows` }]} onChange={setGranted} />
      <Textarea label={t`How it was said`} description={t`Who reads it later should be able to find it again: call, letter, form`} required maxLength={500} autosize minRows={2} value={evidence} data-autofocus onChange={(event) => setEvidence(event.currentTarget.value)} />
      <TextInput label={t`Version of the text that was read out`} maxLength={40} autoComplete="off" value={version} onChange={(event) => setVersion(event.currentTarget.value)} />
    </FormDialog>
  )
}
