// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type Account = Schemas['Account']
export type AccountWithLink = Schemas['AccountWithLink']
export type Role = Schemas['Role']
export type RoleName = Schemas['RoleName']
export type Token = Schemas['Token']

export const ROLES: readonly RoleName[] = ['owner', 'admin', 'engineer', 'analyst', 'agent', 'store', 'privacy', 'auditor']

type Query = { search?: string; role?: RoleName; state?: Account['state'] }

export function useAccounts(query: Query) {
  return useInfiniteQuery({
    queryKey: ['accounts', query],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/accounts', { params: { query: { ...query, limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // what is typed into the search must not take the list, and with it the search, away
    placeholderData: keepPreviousData,
  })
}

export function useRoles() {
  return useQuery({ queryKey: ['roles'], queryFn: () => ok(api.GET('/api/v1/roles')) })
}

export function useTokens(state: 'valid' | 'any') {
  return useInfiniteQuery({
    queryKey: ['tokens', state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/tokens', { params: { query: { state, limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // what is typed into the search must not take the list, and with it the search, away
    placeholderData: keepPreviousData,
  })
}

async function renew(...keys: string[]) {
  await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })))
}

export async function invite(body: { email: string; name: string; role: RoleName }): Promise<AccountWithLink> {
  const made = await ok(api.POST('/api/v1/accounts', { body }))
  await renew('accounts', 'roles')
  return made
}

export async function changeAccount(id: string, body: { name?: string; role?: RoleName; disabled?: boolean; totp?: boolean; stores?: string[] }): Promise<Account> {
  const changed = await ok(api.PATCH('/api/v1/accounts/{account}', { params: { path: { account: id } }, body }))
  await renew('accounts', 'roles')
  return changed
}

export function resetAccount(id: string): Promise<AccountWithLink> {
  return ok(api.POST('/api/v1/accounts/{account}/reset', { params: { path: { account: id } } }))
}

export async function addToken(body: { role: RoleName; name: string; scopes?: string[]; expires_at?: string }) {
  const made = await ok(api.POST('/api/v1/tokens', { body }))
  await renew('tokens')
  return made
}

export async function revokeToken(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }))
  await renew('tokens')
}

/** The address that an invited person opens, on this very server. */
export function linkOf(path: string): string {
  return new URL(path, location.origin).href
}
