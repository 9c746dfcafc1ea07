// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { Ago, Copy, Status } from '@/ui/bits'
import { saveText } from '@/ui/csv'
import { Dialog, FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { toast } from '@/ui/toast'
import { endFactor, type Me } from '../model'
import { Enrol } from './Enrol'

/** So few left are worth a word. */
const FEW_CODES = 3

/** Shown once: it closes by its button only. */
function Codes({ codes, onClose }: { codes: string[] | null; onClose: () => void }) {
  const { t } = useLingui()
  const text = (codes ?? []).join('\n')
  return (
    <Dialog title={t`Your recovery codes`} opened={codes !== null} onClose={onClose} closable={false}>
      <div className="pt-stack">
        <p><Trans>The second factor is on. When your phone is not at hand, each of these signs you in once instead of a code. Keep them where your password is not; they are not shown again.</Trans></p>
        <ul className="pt-items yo-codes" aria-label={t`Your recovery codes`}>{(codes ?? []).map((code) => <li key={code}><code className="pt-ltr">{code}</code></li>)}</ul>
        <Group justify="flex-end" gap="sm">
          <Copy text={text} label={t`Copy the codes`} />
          <Button leftSection={<Icon name="download" />} onClick={() => saveText('patron-recovery-codes.txt', 'text/plain;charset=utf-8', `${text}\n`)}><Trans>Save as a file</Trans></Button>
          <Button variant="filled" data-autofocus onClick={onClose}><Trans>I have kept them</Trans></Button>
        </Group>
      </div>
    </Dialog>
  )
}

function TurnOff({ me, opened, onClose }: { me: Me; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  function close() {
    setPassword('')
    onClose()
  }
  async function send() {
    await endFactor(password)
    close()
    toast({ text: t`The second factor is off` })
  }
  return (
    <FormDialog title={t`Turn the second factor off`} opened={opened} onClose={close} onSubmit={send} submit={t`Turn it off`} danger disabled={me.has_password && password === ''}>
      <p><Trans>From then on your password alone signs you in. The recovery codes end too; setting it up again gives new ones.</Trans></p>
      {me.has_password && <PasswordInput label={t`Your password`} autoComplete="current-password" required data-autofocus value={password} onChange={(event) => setPassword(event.currentTarget.value)} />}
    </FormDialog>
  )
}

export function Factor({ me }: { me: Me }) {
  const { t } = useLingui()
  const [open, setOpen] = useState<'enrol' | 'off' | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const left = me.recovery_codes_left
  return (
    <Panel
      title={t`Second factor`}
      actions={me.totp
        ? <Button size="compact-sm" onClick={() => setOpen('off')}><Trans>Turn off</Trans></Button>
        : <Button size="compact-sm" onClick={() => setOpen('enrol')}><Trans>Set up</Trans></Button>}
    >
      {me.totp ? (
        <p className="pt-soft">
          <Status tone="good" dot><Trans>On</Trans></Status> <Trans>since <Ago at={me.totp_at} /></Trans>.{' '}
          <span className={left < FEW_CODES ? 'pt-text-warn' : undefined}>{plural(left, { one: '# recovery code is left.', other: '# recovery codes are left.' })}</span>
        </p>
      ) : <p className="pt-soft"><Status tone="plain" dot><Trans>Off</Trans></Status> <Trans>A code from your phone, besides the password, keeps others out who learn your password.</Trans></p>}
      <Enrol me={me} opened={open === 'enrol'} onClose={() => setOpen(null)} onDone={setCodes} />
      <TurnOff me={me} opened={open === 'off'} onClose={() => setOpen(null)} />
      <Codes codes={codes} onClose={() => setCodes(null)} />
    </Panel>
  )
}
