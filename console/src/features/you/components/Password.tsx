// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { Ago } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { Panel } from '@/ui/Page'
import { toast } from '@/ui/toast'
import { changePassword, type Me } from '../model'

const PASSWORD_MIN = 10

function Change({ opened, onClose, email }: { opened: boolean; onClose: () => void; email: string }) {
  const { t } = useLingui()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  function close() {
    setCurrent('')
    setNext('')
    onClose()
  }
  async function send() {
    await changePassword(current, next)
    close()
    toast({ text: t`The password is changed. You were signed out everywhere else.` })
  }
  return (
    <FormDialog title={t`Change the password`} opened={opened} onClose={close} onSubmit={send} submit={t`Change it`} disabled={current === '' || [...next].length < PASSWORD_MIN}>
      {/* tells password managers whose it is */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput label={t`Current password`} autoComplete="current-password" required data-autofocus value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
      <PasswordInput
        label={t`New password`} description={t`At least ${PASSWORD_MIN} characters; a sentence is easier to remember than a riddle`} autoComplete="new-password" required
        maxLength={200} value={next} onChange={(event) => setNext(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

export function Password({ me }: { me: Me }) {
  const { t } = useLingui()
  const [opened, setOpened] = useState(false)
  return (
    <Panel title={t`Password`} actions={me.has_password && <Button size="compact-sm" onClick={() => setOpened(true)}><Trans>Change</Trans></Button>}>
      <p className="pt-soft">
        {me.has_password
          ? <Trans>Set <Ago at={me.password_changed_at} />. Changing it signs you out everywhere else.</Trans>
          : <Trans>You sign in with your company's provider; there is no password here.</Trans>}
      </p>
      <Change opened={opened} onClose={() => setOpened(false)} email={me.email} />
    </Panel>
  )
}
