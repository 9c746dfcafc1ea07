// SPDX-License-Identifier: Apache-2.0
// What a list shows: a view, narrowed by filters. All of it stands in the address.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { IconName } from '@/ui/icons'

/** As the API takes it. */
export type Asked = {
  state?: string
  type?: string
  priority?: string
  queue?: string
  assignee?: string
  store?: string
  category?: string
  requester?: string
  major?: boolean
  search?: string
  due_state?: string
  mood?: string
  mood_lowest?: string
  pressing?: boolean
  sort?: Sort
  reversed?: boolean
}

export const SORTS = ['due', 'priority', 'sentiment', 'changed', 'number'] as const
export type Sort = (typeof SORTS)[number]
export const FIRST_SORT: Sort = 'due'

export type View = { id: string; name: MessageDescriptor; icon: IconName; asked: (me: string) => Asked }

export const VIEWS: readonly View[] = [
  { id: 'open', name: msg`All open`, icon: 'desk', asked: () => ({ state: 'open' }) },
  { id: 'mine', name: msg`Mine`, icon: 'person', asked: (me) => ({ state: 'open', assignee: me }) },
  { id: 'unassigned', name: msg`Nobody's`, icon: 'people', asked: () => ({ state: 'open', assignee: '' }) },
  { id: 'risk', name: msg`At risk or late`, icon: 'clock', asked: () => ({ state: 'open', due_state: 'at_risk,breached' }) },
  { id: 'upset', name: msg`Upset`, icon: 'reply', asked: () => ({ state: 'open', mood: 'very_negative,negative', sort: 'sentiment' }) },
  { id: 'major', name: msg`Major incidents`, icon: 'warn', asked: () => ({ state: 'open', major: true }) },
  { id: 'waiting', name: msg`Waiting`, icon: 'pause', asked: () => ({ state: 'waiting' }) },
  { id: 'resolved', name: msg`Solved`, icon: 'check', asked: () => ({ state: 'resolved', sort: 'changed' }) },
  { id: 'all', name: msg`All there are`, icon: 'table', asked: () => ({ sort: 'changed' }) },
]

/** What narrows a view, by its names in the address. */
export const NARROWING = ['q', 'priority', 'type', 'store', 'category', 'assignee', 'mood'] as const
type Address = Record<string, string | undefined>

/** Members of a saved view that a list takes; its `assignee` may be 'me'. */
function ofRecord(record: Record<string, unknown>, me: string): Asked {
  const text = (name: string) => (typeof record[name] === 'string' ? { [name]: record[name] } : {})
  const sort = SORTS.find((one) => one === record.sort)
  return {
    ...['state', 'type', 'priority', 'queue', 'store', 'category', 'search', 'due_state', 'mood', 'mood_lowest'].reduce((all, name) => ({ ...all, ...text(name) }), {}),
    ...(typeof record.assignee === 'string' ? { assignee: record.assignee === 'me' ? me : record.assignee } : {}),
    ...(record.major === true ? { major: true } : {}),
    ...(record.pressing === true ? { pressing: true } : {}),
    ...(sort ? { sort } : {}),
    ...(record.reversed === true ? { reversed: true } : {}),
  }
}

/** The list that an address asks for; null while the record that it names is not known. */
export function askedOf(url: Address, me: string, saved: readonly { id: string; record: unknown }[] | undefined): Asked | null {
  const view = url.view ?? 'open'
  let base: Asked = {}
  if (view.startsWith('saved:')) {
    if (saved === undefined) return null
    base = ofRecord((saved.find((one) => `saved:${one.id}` === view)?.record ?? {}) as Record<string, unknown>, me)
  } else if (view.startsWith('queue:')) base = { state: 'open', queue: view.slice(6) }
  else base = (VIEWS.find((one) => one.id === view) ?? VIEWS[0])?.asked(me) ?? {}
  const own = (name: 'priority' | 'type' | 'store' | 'category' | 'assignee' | 'mood') => (url[name] ? { [name]: url[name] === 'none' ? '' : url[name] } : {})
  const sort = SORTS.find((one) => one === url.sort) ?? base.sort ?? FIRST_SORT
  const { sort: _, ...rest } = base
  return {
    ...rest, ...own('priority'), ...own('type'), ...own('store'), ...own('category'), ...own('assignee'), ...own('mood'),
    ...(url.q?.trim() ? { search: url.q.trim() } : {}), sort, ...(url.reversed === '1' ? { reversed: true } : {}),
  }
}

/** What a view of one's own keeps of a list. */
export function toRecord(asked: Asked, me: string): Record<string, unknown> {
  const { assignee, ...rest } = asked
  return { ...rest, ...(assignee === undefined ? {} : { assignee: assignee === me ? 'me' : assignee }) }
}

/** The same as the part of an address that asks for a file of it. */
export function exportOf(asked: Asked): string {
  const search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]))
  return `/api/v1/tickets/export?${search}`
}
