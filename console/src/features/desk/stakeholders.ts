// SPDX-License-Identifier: Apache-2.0
// Stakeholders of a major incident: updates, whom they are sent to, links to follow it by.
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { ALL, renew, type Ticket } from './model'

export type Room = Schemas['TicketStakeholders']
export type StatusLink = Schemas['TicketStatusLink']

export function useRoom(ticket: Ticket) {
  return useQuery({
    queryKey: [ALL, 'room', ticket.key, ticket.version],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/tickets/{ticket}/stakeholders', { params: { path: { ticket: ticket.key } }, signal })),
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key ? before : undefined),
  })
}

/** `once`: of a retry the same, so that it is published once. */
export async function publish(ticket: string, text: string, once: string) {
  await ok(api.POST('/api/v1/tickets/{ticket}/updates', { params: { path: { ticket } }, headers: { 'Idempotency-Key': once }, body: { text } }))
  await renew()
}

export async function putPeople(ticket: string, accounts: string[], mails: string[]) {
  await ok(api.PUT('/api/v1/tickets/{ticket}/stakeholders', { params: { path: { ticket } }, body: { accounts, mails } }))
  await renew()
}

export async function makeLink(ticket: string, name: string): Promise<StatusLink> {
  const link = await ok(api.POST('/api/v1/tickets/{ticket}/status-links', { params: { path: { ticket } }, body: { name } }))
  await renew()
  return link
}

export async function revokeLink(ticket: string, link: number) {
  await ok(api.DELETE('/api/v1/tickets/{ticket}/status-links/{link}', { params: { path: { ticket, link: String(link) } } }))
  await renew()
}

/** Where people reach it: as the server was told, else as this browser does. */
export function addressOf(link: StatusLink): string | null {
  return link.url ?? (link.path === null ? null : `${location.origin}${link.path}`)
}

export type NextUpdate = { due: number; late: boolean }

/** null: none is promised now. */
export function nextUpdate(room: Room, now: number): NextUpdate | null {
  if (room.update_due_at === null) return null
  const due = Date.parse(room.update_due_at)
  return { due, late: due <= now }
}
