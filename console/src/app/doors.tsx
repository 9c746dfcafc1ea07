// SPDX-License-Identifier: Apache-2.0
// The pages of one who is not signed in yet.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiError, api, ok } from '@/api/client'
import { locales } from '@/base/i18n'
import { setPrefs, usePrefs } from '@/base/prefs'
import { renewAll, type Session, setSession } from '@/base/session'
import { errorText } from '@/ui/states'

const PASSWORD_MIN = 10

function Door({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  const { locale } = usePrefs()
  const other = locale === 'en' ? 'ar' : 'en'
  useEffect(() => {
    document.title = `${title} · Patron`
  }, [title])
  return (
    <main className="sh-door">
      <div className="sh-door-box">
        <img src="/icon.svg" alt="" width={32} height={32} />
        <div>
          <h1>{title}</h1>
          {note !== undefined && <p className="pt-note">{note}</p>}
        </div>
        {children}
        <div className="sh-door-foot">
          <span>Patron</span>
          <button type="button" className="sh-link" lang={other} onClick={() => setPrefs({ locale: other })}>{locales[other].name}</button>
        </div>
      </div>
    </main>
  )
}

/** A form whose answer is a session. What was typed stays when it is refused. */
export function SessionForm({ send, submit, children, onDone }: {
  send: () => Promise<Session>
  submit: string
  children: ReactNode
  onDone: (session: Session) => void
}) {
  const { t } = useLingui()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  async function onSubmit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      onDone(await send())
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  const wait = error instanceof ApiError && error.status === 429 ? error.retryAfterS : null
  return (
    <form onSubmit={onSubmit} className="pt-stack">
      {children}
      {error !== null && (
        <p role="alert" className="pt-text-bad">
          {error instanceof ApiError && error.status === 0 ? t`The server cannot be reached. What you typed is kept; try again.` : errorText(error)}
          {wait !== null && <> <Trans>Try again in {wait} s.</Trans></>}
        </p>
      )}
      <Button type="submit" variant="filled" size="sm" loading={busy} fullWidth>{submit}</Button>
    </form>
  )
}

function enter(session: Session) {
  setSession(session)
  renewAll()
}

/** Mail address and password, also used by the dialog of a session that has ended. */
export function PasswordForm({ onDone, email: fixed }: { onDone: (session: Session) => void; email?: string }) {
  const { t } = useLingui()
  const [email, setEmail] = useState(fixed ?? '')
  const [password, setPassword] = useState('')
  return (
    <SessionForm submit={t`Sign in`} onDone={onDone} send={() => ok(api.POST('/api/v1/session', { body: { email, password } }))}>
      <TextInput
        label={t`Mail address`} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.currentTarget.value)}
        {...(fixed === undefined ? { 'data-autofocus': true, autoFocus: true } : {})}
      />
      <PasswordInput
        label={t`Password`} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)}
        {...(fixed === undefined ? {} : { 'data-autofocus': true, autoFocus: true })}
      />
    </SessionForm>
  )
}

export function CodeForm({ onDone }: { onDone: (session: Session) => void }) {
  const { t } = useLingui()
  const [code, setCode] = useState('')
  return (
    <SessionForm submit={t`Continue`} onDone={onDone} send={() => ok(api.POST('/api/v1/session/totp', { body: { code: code.replaceAll(' ', '') } }))}>
      <TextInput
        label={t`Code`} description={t`Six digits from your authenticator, or one of your recovery codes`} autoComplete="one-time-code"
        inputMode="text" required autoFocus value={code} onChange={(e) => setCode(e.currentTarget.value)}
      />
    </SessionForm>
  )
}

/** Why a sign-in by the company's provider came to nothing: the server sends the browser back with a short code. */
function useProviderProblem(): string | undefined {
  const { t } = useLingui()
  const code = location.pathname === '/sign-in' ? new URLSearchParams(location.search).get('error') : null
  const texts: Record<string, string> = {
    oidc_off: t`No provider is set up on this server.`,
    oidc_busy: t`Too many people sign in at this moment. Try again.`,
    oidc_unavailable: t`The provider does not answer. Sign in with your password, or try again later.`,
    oidc_state: t`This sign-in was begun in another window, or too long ago. Try again.`,
    oidc_denied: t`The provider let nobody in: it was cancelled there.`,
    oidc_refused: t`The provider's answer could not be believed. An administrator finds the reason in the server's log.`,
    oidc_no_account: t`There is no account for you here. Ask an administrator for an invitation.`,
  }
  return code === null ? undefined : texts[code] ?? t`Signing in with the provider has failed. An administrator finds the reason in the server's log.`
}

export function SignIn({ providers }: { providers: Session['providers'] }) {
  const { t } = useLingui()
  const problem = useProviderProblem()
  const back = location.pathname === '/sign-in' ? '/' : `${location.pathname}${location.search}`
  return (
    <Door title={t`Sign in`}>
      {problem !== undefined && <p role="alert" className="pt-text-bad">{problem}</p>}
      <PasswordForm onDone={enter} />
      {providers.map((provider) => (
        <Button key={provider.id} component="a" size="sm" fullWidth href={`/api/v1/session/oidc/start?return_to=${encodeURIComponent(back)}`}>
          <Trans>Sign in with {provider.name}</Trans>
        </Button>
      ))}
    </Door>
  )
}

export function SecondFactor() {
  const { t } = useLingui()
  return (
    <Door title={t`Second factor`} note={t`Your password was right. One step is left.`}>
      <CodeForm onDone={enter} />
      <button type="button" className="sh-link" onClick={() => void ok(api.DELETE('/api/v1/session')).finally(() => location.assign('/'))}>
        <Trans>Sign in as somebody else</Trans>
      </button>
    </Door>
  )
}

function NewPassword({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useLingui()
  return (
    <PasswordInput
      label={t`Password`} description={t`At least ${PASSWORD_MIN} characters; a sentence is easier to remember than a riddle`} autoComplete="new-password"
      required minLength={PASSWORD_MIN} maxLength={200} value={value} onChange={(e) => onChange(e.currentTarget.value)}
    />
  )
}

export function SetUp() {
  const { t } = useLingui()
  const [code, setCode] = useState(() => new URLSearchParams(location.hash.slice(1)).get('code') ?? '')
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  return (
    <Door title={t`Set up Patron`} note={t`You become the first owner. Nobody else can do this: the code stands where the server was started.`}>
      <SessionForm submit={t`Make the first account`} onDone={enter} send={() => ok(api.POST('/api/v1/setup', { body: { code: code.trim(), name, email, password } }))}>
        <TextInput
          label={t`Set-up code`} description={<Trans>Printed by patrond at its start, and by <code className="pt-ltr">patron setup-code</code> on the server</Trans>}
          required autoFocus autoComplete="off" value={code} onChange={(e) => setCode(e.currentTarget.value)}
        />
        <TextInput label={t`Your name`} autoComplete="name" required maxLength={100} value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <TextInput label={t`Mail address`} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
        <NewPassword value={password} onChange={setPassword} />
      </SessionForm>
    </Door>
  )
}

export function Invitation() {
  const { t } = useLingui()
  const navigate = useNavigate()
  // behind the '#', which no server and no log ever sees; taken out of the address at once
  const [token] = useState(() => location.hash.slice(1))
  const [password, setPassword] = useState('')
  useEffect(() => {
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname)
  }, [])
  function done(session: Session) {
    enter(session)
    void navigate({ to: '/', replace: true })
  }
  return (
    <Door title={t`Welcome to Patron`} note={t`Choose a password. The link you came by is good once.`}>
      <SessionForm submit={t`Set the password`} onDone={done} send={() => ok(api.POST('/api/v1/invitations/accept', { body: { token, password } }))}>
        <NewPassword value={password} onChange={setPassword} />
      </SessionForm>
    </Door>
  )
}
