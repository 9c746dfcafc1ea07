// SPDX-License-Identifier: Apache-2.0
// A link to the person's own page. Whoever has it may change what the person allows, so it is made when it is wanted.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { Code, Time } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { errorText } from '@/ui/states'
import { makeLink, type State } from '../model'

const DAYS_MAX = 400

export function LinkDialog({ person, states, opened, onClose }: { person: string; states: readonly State[]; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const [purpose, setPurpose] = useState('')
  const [days, setDays] = useState(180)
  const [link, setLink] = useState<{ path: string; expires_at: string } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  async function make() {
    setBusy(true)
    setError(null)
    try {
      setLink(await makeLink(person, purpose, days))
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={t`Link to the preference page`} opened={opened} onClose={onClose}>
      <div className="pt-stack">
        <p className="pt-soft"><Trans>Whoever has the link sees what this person allows and can change it, and nothing else.</Trans></p>
        <NativeSelect
          label={t`One click unsubscribes from`} value={purpose} data={[{ value: '', label: t`all messages` }, ...states.map((one) => ({ value: one.purpose, label: one.name }))]}
          onChange={(event) => {
            setPurpose(event.currentTarget.value)
            setLink(null)
          }}
        />
        <NumberInput
          label={t`Holds for days`} min={1} max={DAYS_MAX} allowDecimal={false} hideControls value={days}
          onChange={(value) => {
            setDays(Math.min(DAYS_MAX, Math.max(1, Number(value) || 1)))
            setLink(null)
          }}
        />
        {error !== null && <p role="alert" className="pt-text-bad">{errorText(error)}</p>}
        {link === null
          ? <div className="pt-actions cs-end"><Button variant="filled" loading={busy} onClick={() => void make()}><Trans>Make the link</Trans></Button></div>
          : (
            <div role="status">
              <Code label={t`Link`} text={`${window.location.origin}${link.path}`} wrap />
              <p className="pt-faint cs-small">{t`Holds until`} <Time at={link.expires_at} /></p>
            </div>
          )}
      </div>
    </Dialog>
  )
}
