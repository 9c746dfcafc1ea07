// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NumberInput, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { Dialog, FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { type Connector, type Kind, rotateSecret } from '../model'
import { secretWords } from '../words'
import { SecretShown } from './SecretShown'

const HOURS = 24
const HOURS_MAX = 168
const SECRET_MAX = 500

/** A new secret; the one before stays right for a while, so that no delivery is refused meanwhile. */
export function RotateDialog({ of, kind, opened, onClose }: { of: Connector; kind: Kind; opened: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const [secret, setSecret] = useState('')
  const [hours, setHours] = useState(HOURS)
  const [made, setMade] = useState<string | null>(null)
  const words = secretWords(i18n, kind)
  const given = kind.secret === 'given'
  function close() {
    setSecret('')
    setHours(HOURS)
    setMade(null)
    onClose()
  }
  async function rotate() {
    const answer = await rotateSecret(of.id, secret.trim(), hours)
    setSecret('')
    if (answer.secret !== null) {
      setMade(answer.secret)
      return
    }
    close()
    toast({ text: t`The new secret is in force` })
  }
  if (made !== null) {
    return (
      <Dialog title={t`The new secret`} opened={opened} onClose={close} closable={false}>
        <div className="pt-stack">
          <SecretShown secret={made} />
          <div className="pt-actions cn-end"><Button variant="filled" data-autofocus onClick={close}><Trans>I have it</Trans></Button></div>
        </div>
      </Dialog>
    )
  }
  return (
    <FormDialog title={t`New secret for ${of.name}`} opened={opened} onClose={close} onSubmit={rotate} submit={given || secret.trim() !== '' ? t`Take this secret` : t`Make a new secret`} disabled={given && secret.trim() === ''}>
      <PasswordInput
        label={words.title} description={given ? words.help : t`Empty: one is made here and shown once`} required={given} maxLength={SECRET_MAX} autoComplete="new-password" data-autofocus
        value={secret} onChange={(event) => setSecret(event.currentTarget.value)}
      />
      <NumberInput
        label={t`Hours for which the secret before stays right`} description={t`0: it ends at once. At most ${HOURS_MAX}.`} min={0} max={HOURS_MAX} clampBehavior="strict" hideControls maw={260}
        value={hours} onChange={(value) => setHours(typeof value === 'number' ? value : 0)}
      />
      {of.previous_until !== null && <p className="pt-soft"><Trans>Two secrets are right at most: the one that is older by now ends.</Trans></p>}
    </FormDialog>
  )
}
