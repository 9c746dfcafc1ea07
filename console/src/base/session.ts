// SPDX-License-Identifier: Apache-2.0
// Who is signed in, what they may do, and what happens when a session ends while a page is open.
import { notifyManager, QueryClient, useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { ApiError, api, ok, type Schemas, setExpiry } from '@/api/client'
import { type Permission, roles } from '@/api/roles'
import { retryStreams } from './live'

export type { Permission }
export type Session = Schemas['Session']

export const SESSION = ['session'] as const

// At once instead of by a timer: data that is already there stands in the page's first picture (tools/early.ts).
notifyManager.setScheduler(queueMicrotask)

/** Server state lives here. What the live stream invalidates is fetched anew; else half a minute is fresh enough. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30000,
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

export function fetchSession(): Promise<Session> {
  return ok(api.GET('/api/v1/session'))
}

/** Everything shown is fetched anew, but not who is signed in: that a session has ended is told by a refused request, over the page. */
export function renewAll() {
  void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] })
}

export function currentSession(): Session | undefined {
  return queries.getQueryData<Session>(SESSION)
}

export function setSession(session: Session) {
  queries.setQueryData(SESSION, session)
}

export function useSession(): Session | undefined {
  return useQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY }).data
}

/** Null asks no more than that somebody is signed in. */
export function mayDo(session: Session | undefined, permission: Permission | null): boolean {
  if (permission === null) return session?.signed_in ?? false
  return session?.permissions.includes(permission) ?? false
}

/** Whether the person may do this; pages hide what they may not, the server refuses it anyway. */
export function useMay(permission: Permission | null): boolean {
  return mayDo(useSession(), permission)
}

/** Roles that hold a permission: who to ask. */
export function rolesWith(permission: Permission): string[] {
  return Object.keys(roles).filter((role) => roles[role]?.includes(permission))
}

// --- a session that ended ------------------------------------------------------------------------------

let expired = false
let waiting: ((again: boolean) => void)[] = []
const listeners = new Set<() => void>()

function setExpired(value: boolean) {
  expired = value
  for (const listener of listeners) listener()
}

setExpiry({
  csrf: () => currentSession()?.csrf ?? null,
  signInAgain: () => {
    if (!currentSession()?.signed_in) return Promise.resolve(false)
    setExpired(true)
    return new Promise((resolve) => waiting.push(resolve))
  },
})

/** True while requests wait for the person to sign in again; the page below keeps what was typed. */
export function useExpired(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => expired,
  )
}

/** Call it when a stream was refused: it cannot wait by itself. */
export function noteExpired() {
  if (currentSession()?.signed_in) setExpired(true)
}

/** Signed in again: what waited is sent once more. Somebody else gets a fresh console, not the page of the one before. */
export function resume(session: Session) {
  const before = currentSession()
  if (before?.account && before.account.id !== session.account?.id) {
    location.assign('/')
    return
  }
  setSession(session)
  setExpired(false)
  const all = waiting
  waiting = []
  for (const go of all) go(true)
  retryStreams()
  renewAll()
}

export async function signOut(): Promise<void> {
  await ok(api.DELETE('/api/v1/session'))
  location.assign('/')
}
