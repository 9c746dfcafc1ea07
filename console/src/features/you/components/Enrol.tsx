// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { PasswordInput, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { Mono } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { beginFactor, confirmFactor, type Me } from '../model'
import { qrPath } from '../qr'

/** Always dark on white: cameras want it so. */
function QrCode({ text }: { text: string }) {
  const { t } = useLingui()
  const { size, path } = useMemo(() => qrPath(text), [text])
  return (
    <svg className="yo-qr" role="img" aria-label={t`QR code for your authenticator`} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

/** First the password, then the secret for the authenticator, proved by one of its codes. */
export function Enrol({ me, opened, onClose, onDone }: { me: Me; opened: boolean; onClose: () => void; onDone: (codes: string[]) => void }) {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  const [enrolment, setEnrolment] = useState<{ secret: string; uri: string } | null>(null)
  const [code, setCode] = useState('')
  function close() {
    setPassword('')
    setCode('')
    setEnrolment(null)
    onClose()
  }
  async function send() {
    if (enrolment === null) {
      setEnrolment(await beginFactor(password))
      return
    }
    const codes = await confirmFactor(code.replaceAll(' ', ''))
    close()
    onDone(codes)
  }
  const incomplete = enrolment === null ? me.has_password && password === '' : code.replaceAll(' ', '').length < 6
  return (
    <FormDialog title={t`Set up a second factor`} opened={opened} onClose={close} onSubmit={send} submit={enrolment === null ? t`Continue` : t`Turn it on`} disabled={incomplete}>
      {enrolment === null ? (
        <>
          <p className="pt-soft"><Trans>At each sign-in you will type a code that an authenticator app on your phone shows, besides your password.</Trans></p>
          {me.has_password && <PasswordInput label={t`Your password`} autoComplete="current-password" required data-autofocus value={password} onChange={(event) => setPassword(event.currentTarget.value)} />}
        </>
      ) : (
        <>
          <p><Trans>Scan this with your authenticator, or type the secret into it.</Trans></p>
          <QrCode text={enrolment.uri} />
          <div className="yo-secret"><Mono copy>{enrolment.secret}</Mono></div>
          <TextInput
            label={t`The code it shows`} description={t`Six digits`} inputMode="numeric" autoComplete="one-time-code" required autoFocus maxLength={9} value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  )
}
