// SPDX-License-Identifier: Apache-2.0
// Who may come in: set-up, sign-in, second factor, else the shell. The address stays, so that signing in leads to where one wanted to go.
import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { fetchSession, SESSION } from '@/base/session'
import { Failed } from '@/ui/states'
import { Invitation, SecondFactor, SetUp, SignIn } from './doors'
import { Shell } from './Shell'

export function Gate() {
  const path = useLocation({ select: (l) => l.pathname })
  const session = useQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY })
  if (session.data === undefined) {
    return session.isError ? <Failed error={session.error} retry={() => void session.refetch()} /> : null
  }
  if (path === '/invitation') return <Invitation />
  if (session.data.setup_required && !session.data.signed_in) return <SetUp />
  if (session.data.second_factor_due) return <SecondFactor />
  if (!session.data.signed_in) return <SignIn providers={session.data.providers} />
  if (path === '/sign-in') return <Navigate to="/" replace /> // where a provider's refusal had led to
  return <Shell><Outlet /></Shell>
}
