// SPDX-License-Identifier: Apache-2.0
// One's own account. What ends sessions answers with a new one for this browser: its CSRF token is taken over at once.
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, SESSION, setSession } from '@/base/session'

export type Me = Schemas['Me']
export type OwnSession = Schemas['OwnSession']

const ME = ['me'] as const
const SESSIONS = ['me', 'sessions'] as const

export function useMe() {
  return useQuery({ queryKey: ME, queryFn: () => ok(api.GET('/api/v1/me')) })
}

export function useOwnSessions() {
  return useQuery({ queryKey: SESSIONS, queryFn: async () => (await ok(api.GET('/api/v1/me/sessions'))).data })
}

/** What a change touches: the account with its sessions, which stand below it in the cache. */
function renew() {
  return queries.invalidateQueries({ queryKey: ME })
}

export async function rename(name: string): Promise<void> {
  await ok(api.PATCH('/api/v1/me', { body: { name } }))
  await Promise.all([renew(), queries.invalidateQueries({ queryKey: SESSION }), queries.invalidateQueries({ queryKey: ['accounts'] })])
}

export async function changePassword(current: string, password: string): Promise<void> {
  setSession(await ok(api.POST('/api/v1/me/password', { body: { current, password } })))
  await renew()
}

/** Accounts that sign in elsewhere have no password to give. */
function given(password: string): { password?: string } {
  return password === '' ? {} : { password }
}

export function beginFactor(password: string) {
  return ok(api.POST('/api/v1/me/totp', { body: given(password) }))
}

/** The recovery codes, which are told this once. */
export async function confirmFactor(code: string): Promise<string[]> {
  const done = await ok(api.POST('/api/v1/me/totp/confirm', { body: { code } }))
  setSession(done.session)
  await renew()
  return done.recovery_codes
}

export async function endFactor(password: string): Promise<void> {
  setSession(await ok(api.DELETE('/api/v1/me/totp', { body: given(password) })))
  await renew()
}

export async function endSession(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } }))
  await renew()
}

export async function endOtherSessions(): Promise<void> {
  await ok(api.DELETE('/api/v1/me/sessions'))
  await renew()
}
