// SPDX-License-Identifier: Apache-2.0
// What the machine made of a ticket's words, and what a person makes of that.
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'
import { renewLists, show } from './edits'
import { ALL, oneKey, type Ticket, type TicketPage } from './model'

export type Triage = Schemas['TicketTriage']

const CLEAR = 0.3
const URGENT = 0.5

export function useTriage(ticket: Ticket) {
  return useQuery({
    queryKey: [ALL, 'triage', ticket.key, ticket.version],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/tickets/{ticket}/triage', { params: { path: { ticket: ticket.key } }, signal })),
    placeholderData: (before, query) => (query?.queryKey[2] === ticket.key ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    enabled: ticket.type === 'incident' || ticket.type === 'service_request',
  })
}

/** The ticket as it is then; its list and history are read anew. */
async function decided(done: Promise<TicketPage>) {
  const page = await done
  queries.setQueryData<TicketPage>(oneKey(page.ticket.key), page)
  show(page.ticket)
  renewLists()
  await queries.invalidateQueries({ queryKey: [ALL, 'triage', page.ticket.key] })
}

export function confirmTriage(ticket: Ticket) {
  return decided(ok(api.POST('/api/v1/tickets/{ticket}/triage/confirm', { params: { path: { ticket: ticket.key } } })))
}

export function correctTriage(ticket: Ticket, category: string) {
  return decided(ok(api.POST('/api/v1/tickets/{ticket}/triage/correct', { params: { path: { ticket: ticket.key } }, body: { category } })))
}

/** Told only where the words are clear: most are neither. */
export function moodOf({ sentiment, urgency }: { sentiment: number; urgency: number }): { tone: 'negative' | 'neutral' | 'positive'; urgent: boolean } {
  return { tone: sentiment <= -CLEAR ? 'negative' : sentiment >= CLEAR ? 'positive' : 'neutral', urgent: urgency >= URGENT }
}

/** Where more stands about what was found in the words. */
export function entityHref(thing: string, value: string, known: boolean, { store }: { store: string }): string {
  if (thing === 'store' && known) return `/stores/${encodeURIComponent(value)}`
  if (thing === 'till' && known && store !== '') return `/stores/${encodeURIComponent(store)}`
  if (thing === 'order') return `/customers?q=${encodeURIComponent(value)}`
  return `/desk?view=all&q=${encodeURIComponent(value)}`
}
