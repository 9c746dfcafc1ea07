// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Ago, Mono, Status, Time } from '@/ui/bits'
import { Panel } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { deviceOf } from '../device'
import { endOtherSessions, endSession, type OwnSession, useOwnSessions } from '../model'

function useDeviceName() {
  const { t } = useLingui()
  return (session: OwnSession) => {
    const { browser, system } = deviceOf(session.user_agent)
    if (browser && system) return t`${browser} on ${system}`
    return browser ?? system ?? t`Unknown browser`
  }
}

function Row({ session, onEnd }: { session: OwnSession; onEnd: () => void }) {
  const { t } = useLingui()
  const name = useDeviceName()(session)
  return (
    <li className="yo-session">
      <div className="pt-grow">
        <div className="pt-row"><strong title={session.user_agent}>{name}</strong> {session.current && <Status tone="accent">{t`This browser`}</Status>}</div>
        <div className="pt-soft"><Trans>from <Mono>{session.peer}</Mono>, signed in <Time at={session.created_at} />, used <Ago at={session.last_used_at} />, ends <Time at={session.expires_at} style="date" /> at the latest</Trans></div>
      </div>
      {!session.current && <Button size="compact-sm" aria-label={t`Sign out: ${name}`} onClick={onEnd}><Trans>Sign out</Trans></Button>}
    </li>
  )
}

/** Where one is signed in, and an end to it. */
export function Sessions() {
  const { t } = useLingui()
  const query = useOwnSessions()
  const onError = (why: unknown) => toast({ text: errorText(why), tone: 'bad' })
  const end = useMutation({ mutationFn: endSession, onSuccess: () => toast({ text: t`That browser is signed out` }), onError })
  const all = useMutation({ mutationFn: endOtherSessions, onSuccess: () => toast({ text: t`You are signed in here only` }), onError })
  const others = (query.data ?? []).some((session) => !session.current)
  return (
    <Panel flush title={t`Where you are signed in`} actions={others && <Button size="compact-sm" loading={all.isPending} onClick={() => all.mutate()}><Trans>Sign out everywhere else</Trans></Button>}>
      <Loaded query={query} rows={3}>
        {(sessions) => <ul className="pt-items">{sessions.map((session) => <Row key={session.id} session={session} onEnd={() => end.mutate(session.id)} />)}</ul>}
      </Loaded>
    </Panel>
  )
}
