// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { resume, type Session, signOut, useExpired, useSession } from '@/base/session'
import { Dialog } from '@/ui/dialogs'
import { CodeForm, PasswordForm } from './doors'

/** A session has ended while a page was open: sign in over it, and what was being done goes on. */
export function Expired() {
  const { t } = useLingui()
  const opened = useExpired()
  const session = useSession()
  const [codeDue, setCodeDue] = useState(false)
  function done(next: Session) {
    setCodeDue(next.second_factor_due)
    if (!next.second_factor_due) resume(next)
  }
  return (
    <Dialog opened={opened} onClose={() => undefined} title={t`Your session has ended`} closable={false}>
      <div className="pt-stack">
        <p className="pt-soft"><Trans>Sign in again to go on. What you typed is kept.</Trans></p>
        {codeDue ? <CodeForm onDone={done} /> : <PasswordForm onDone={done} email={session?.account?.email ?? ''} />}
        <button type="button" className="sh-link" onClick={() => void signOut()}><Trans>Leave instead</Trans></button>
      </div>
    </Dialog>
  )
}
