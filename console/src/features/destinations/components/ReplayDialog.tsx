// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { type Destination, replay } from '../model'
import { usePrefs, zoneOf } from '@/base/prefs'
import { instantOf } from '@/base/zone'

/** A range of the past, sent again. */
export function ReplayDialog({ of, opened, onClose }: { of: Destination; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const zone = zoneOf(usePrefs())
  const [from, setFrom] = useState('')
  const [until, setUntil] = useState('')
  const start = instantOf(from, zone)
  const end = until === '' ? null : instantOf(until, zone)
  const whole = start !== null && (until === '' || (end !== null && end > start))
  async function send() {
    if (start === null) return
    await replay(of.id, { from: start, ...(end === null ? {} : { until: end }) })
    onClose()
    toast({ text: t`The replay has begun` })
  }
  return (
    <FormDialog title={t`Replay a range`} opened={opened} onClose={onClose} onSubmit={send} submit={t`Send it again`} disabled={!whole}>
      <p className="pt-soft"><Trans>Events received in this time are sent again, by the filter, mapping and consent of now, with the ids of the first time. What the other side does not know by its id arrives twice.</Trans></p>
      <TextInput label={t`From`} description={t`In ${zone}`} type="datetime-local" required data-autofocus value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      <TextInput label={t`Until`} description={t`Empty: as far as the destination is`} type="datetime-local" value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={until !== '' && start !== null && end !== null && end <= start ? t`Before the begin` : null} />
    </FormDialog>
  )
}
