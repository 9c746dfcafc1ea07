// SPDX-License-Identifier: Apache-2.0
// Mailboxes, what came in by them and what leaves, as the server has them.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type Mailbox = Schemas['Mailbox']
export type Settings = Schemas['MailboxSettings']
export type Server = Schemas['MailServer']
export type Template = NonNullable<Settings['templates']>[number]
export type TemplateKind = Template['kind']
export type MailIn = Schemas['MailIn']
export type MailOut = Schemas['MailOut']
export type Taken = Schemas['MailTaken']
export type Step = Awaited<ReturnType<typeof testMailbox>>['steps'][number]

export const STEPS = ['imap_login', 'imap_folder', 'smtp_login', 'dkim', 'send'] as const
export const KINDS = ['acknowledged', 'answer', 'resolved', 'closed'] as const
export const OUTCOMES = ['opened', 'answered', 'followed_up', 'noted', 'bounced', 'filed', 'quarantined'] as const
export const SENT_STATES = ['queued', 'sending', 'sent', 'doubt', 'failed', 'bounced'] as const

const ALL = 'mailboxes'
const PAGE = 100

export function useMailboxes() {
  return useQuery({ queryKey: [ALL, 'list'], queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/mailboxes', { signal }))).data, refetchInterval: 15000 })
}

export function useMailbox(id: string, enabled = true) {
  return useQuery({ queryKey: [ALL, 'one', id], queryFn: ({ signal }) => ok(api.GET('/api/v1/mailboxes/{mailbox}', { params: { path: { mailbox: id } }, signal })), enabled, refetchInterval: 15000 })
}

const older = <T extends { message: number }>(page: readonly T[]) => (page.length < PAGE ? undefined : page.at(-1)?.message)

export function useMailIn(asked: { mailbox?: string; outcome?: MailIn['outcome'] }) {
  return useInfiniteQuery({
    queryKey: [ALL, 'in', asked],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam, signal }) => (await ok(api.GET('/api/v1/mailboxes/messages', { params: { query: { ...asked, limit: PAGE, ...(pageParam === undefined ? {} : { before: pageParam }) } }, signal }))).data,
    getNextPageParam: older,
    placeholderData: keepPreviousData,
    refetchInterval: 15000,
  })
}

export function useMailOut(asked: { mailbox?: string; state?: MailOut['state'] }) {
  return useInfiniteQuery({
    queryKey: [ALL, 'out', asked],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam, signal }) => (await ok(api.GET('/api/v1/mailboxes/sent', { params: { query: { ...asked, limit: PAGE, ...(pageParam === undefined ? {} : { before: pageParam }) } }, signal }))).data,
    getNextPageParam: older,
    placeholderData: keepPreviousData,
    refetchInterval: 15000,
  })
}

export type TicketMails = { in: MailIn[]; out: MailOut[] }

/** Of a ticket, both ways; looked at again while something is under way. */
export function useTicketMails(ticket: { key: string; version: number }) {
  return useQuery({
    queryKey: [ALL, 'of-ticket', ticket.key, ticket.version],
    queryFn: ({ signal }): Promise<TicketMails> => ok(api.GET('/api/v1/tickets/{ticket}/mails', { params: { path: { ticket: ticket.key } }, signal })),
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key ? before : undefined),
    refetchInterval: ({ state }) => (state.dataUpdateCount < 100 && state.data?.out.some((one) => one.state === 'queued' || one.state === 'sending') ? 3000 : false),
  })
}

async function renewed<T>(done: Promise<T>): Promise<T> {
  const result = await done
  await queries.invalidateQueries({ queryKey: [ALL] })
  return result
}

/** A secret that is left out stays as it is; '' removes it. */
export type Put = { version: number; name: string; paused: boolean; settings: Settings; imap_secret?: string; smtp_secret?: string; dkim_key?: string }

export function putMailbox(id: string, put: Put) {
  return renewed(ok(api.PUT('/api/v1/mailboxes/{mailbox}', { params: { path: { mailbox: id } }, body: put as never })))
}

export function pauseMailbox(id: string, paused: boolean) {
  return renewed(ok(api.POST('/api/v1/mailboxes/{mailbox}/pause', { params: { path: { mailbox: id } }, body: { paused } })))
}

export function removeMailbox(id: string) {
  return renewed(ok(api.DELETE('/api/v1/mailboxes/{mailbox}', { params: { path: { mailbox: id } } })))
}

export function testMailbox(id: string) {
  return ok(api.POST('/api/v1/mailboxes/{mailbox}/test', { params: { path: { mailbox: id } } }))
}

const message = (number: number) => ({ params: { path: { message: String(number) } } })

export function redrive(number: number): Promise<Taken> {
  return renewed(ok(api.POST('/api/v1/mailboxes/messages/{message}/redrive', message(number))))
}

export function discard(number: number) {
  return renewed(ok(api.POST('/api/v1/mailboxes/messages/{message}/discard', message(number))))
}

export function decide(number: number, again: boolean) {
  return renewed(ok(api.POST('/api/v1/mailboxes/sent/{message}/decide', { ...message(number), body: { again } })))
}
