// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Checkbox, NativeSelect, NumberInput, PasswordInput, TextInput } from '@mantine/core'
import { type ServerDraft, withTls } from '../draft'

/** A secret as it is typed: left alone, replaced, or removed. */
export type Secret = { text: string; remove: boolean }
export const KEPT: Secret = { text: '', remove: false }

function SecretField({ label, there, secret, onChange, disabled = false }: { label: string; there: boolean; secret: Secret; onChange: (secret: Secret) => void; disabled?: boolean }) {
  const { t } = useLingui()
  return (
    <div className="pt-stack">
      <PasswordInput
        label={label} autoComplete="new-password" maxLength={8192} disabled={disabled || secret.remove} value={secret.text} placeholder={there ? t`kept as it is` : ''} visibilityToggleButtonProps={{ 'aria-label': t`Show what is typed` }}
        onChange={(event) => onChange({ text: event.currentTarget.value, remove: false })}
      />
      {there && <Checkbox size="xs" label={t`Remove it`} checked={secret.remove} onChange={(event) => onChange({ text: '', remove: event.currentTarget.checked })} />}
    </div>
  )
}

/** How a mail server is reached. */
export function ServerFields({ which, server, there, secret, onChange, onSecret }: {
  which: 'imap' | 'smtp'
  server: ServerDraft
  /** A secret of it is kept. */
  there: boolean
  secret: Secret
  onChange: (server: ServerDraft) => void
  onSecret: (secret: Secret) => void
}) {
  const { t } = useLingui()
  const set = (change: Partial<ServerDraft>) => onChange({ ...server, ...change })
  const off = server.host === ''
  const encryption = [{ value: 'tls', label: t`TLS` }, { value: 'starttls', label: t`STARTTLS` }, { value: 'plain', label: t`None (only within one's own network)` }]
  return (
    <>
      <div className="mb-fields">
        <TextInput label={t`Host`} className="pt-ltr" maxLength={253} autoComplete="off" spellCheck={false} value={server.host} placeholder={which === 'imap' ? 'imap.example.com' : 'smtp.example.com'} onChange={(event) => set({ host: event.currentTarget.value.trim() })} />
        <NativeSelect label={t`Encryption`} disabled={off} value={server.tls} data={encryption} onChange={(event) => onChange(withTls(which, server, event.currentTarget.value as ServerDraft['tls']))} />
        <NumberInput label={t`Port`} disabled={off} min={1} max={65535} allowDecimal={false} thousandSeparator="" hideControls value={server.port} onChange={(port) => set({ port: Number(port) || server.port })} />
      </div>
      <div className="mb-fields mb-fields-top">
        <TextInput label={t`User`} className="pt-ltr" disabled={off} maxLength={254} autoComplete="off" spellCheck={false} value={server.user} onChange={(event) => set({ user: event.currentTarget.value })} />
        <NativeSelect label={t`Signs in by`} disabled={off} value={server.auth} data={[{ value: 'password', label: t`Password` }, { value: 'xoauth2', label: t`Access token (XOAUTH2)` }]} onChange={(event) => set({ auth: event.currentTarget.value as ServerDraft['auth'] })} />
        <SecretField label={server.auth === 'xoauth2' ? t`Access token` : t`Password`} there={there} secret={secret} onChange={onSecret} disabled={off} />
      </div>
      <details>
        <summary><Trans>A certificate authority of one's own</Trans></summary>
        <TextInput className="pt-ltr" label={t`File on the server`} description={t`PEM; empty: the system's authorities`} disabled={off} maxLength={1000} spellCheck={false} value={server.ca_file} onChange={(event) => set({ ca_file: event.currentTarget.value })} />
      </details>
    </>
  )
}
