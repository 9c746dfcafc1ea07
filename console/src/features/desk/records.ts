// SPDX-License-Identifier: Apache-2.0
// Records of the desk: what is written for which kind, and ids made from names.

/** An id as the server takes it, from what people call it; never empty. */
export function idFrom(name: string): string {
  const plain = name.trim().toLowerCase().normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 56)
  return /^[a-z]/.test(plain) ? plain : `r_${plain === '' ? Math.random().toString(36).slice(2, 8) : plain}`
}

export type Ref = 'queues' | 'services' | 'touchpoints' | 'vendors' | 'people' | 'categories'

/** One member of a record, and how it is written. `in`: within a member that is an object itself. */
export type Member =
  | { id: string; in?: string; kind: 'text' | 'area' | 'number' | 'flag'; max?: number }
  | { id: string; in?: string; kind: 'choice'; choices: readonly string[] }
  | { id: string; in?: string; kind: 'one' | 'many'; of: Ref }
  | { id: string; kind: 'fields' }

const STATES = ['new', 'in_progress', 'waiting', 'resolved', 'closed', 'cancelled']
const TYPES = ['incident', 'service_request', 'problem', 'change']
const LABELS = ['P1', 'P2', 'P3', 'P4', 'P5']

/** docs/desk.md: what a record of a kind may say. */
export const MEMBERS: Record<'services' | 'touchpoints' | 'vendors' | 'queues' | 'fields' | 'macros' | 'templates' | 'views', readonly Member[]> = {
  services: [
    { id: 'description', kind: 'area' }, { id: 'touchpoints', kind: 'many', of: 'touchpoints' }, { id: 'depends_on', kind: 'many', of: 'services' }, { id: 'vendor', kind: 'one', of: 'vendors' },
    { id: 'queue', kind: 'one', of: 'queues' }, { id: 'owner', kind: 'one', of: 'people' }, { id: 'label', kind: 'choice', choices: LABELS }, { id: 'state', kind: 'choice', choices: ['live', 'planned', 'retired'] },
  ],
  touchpoints: [{ id: 'description', kind: 'area' }, { id: 'channel', kind: 'text', max: 40 }],
  vendors: [
    { id: 'contract', kind: 'text' }, { id: 'contact', kind: 'text' }, { id: 'email', kind: 'text' }, { id: 'phone', kind: 'text' }, { id: 'hours', kind: 'text' }, { id: 'response_min', kind: 'number' },
    { id: 'resolve_min', kind: 'number' }, { id: 'services', kind: 'many', of: 'services' }, { id: 'message', kind: 'area' },
  ],
  queues: [{ id: 'description', kind: 'area' }, { id: 'calendar', kind: 'text', max: 64 }, { id: 'members', kind: 'many', of: 'people' }],
  fields: [{ id: 'type', kind: 'choice', choices: TYPES }, { id: 'fields', kind: 'fields' }],
  macros: [
    { id: 'description', kind: 'text' }, { id: 'note', kind: 'area' }, { id: 'public', kind: 'flag' }, { id: 'state', in: 'change', kind: 'choice', choices: STATES },
    { id: 'waiting_for', in: 'change', kind: 'choice', choices: ['requester', 'vendor', 'change'] }, { id: 'assignee', in: 'change', kind: 'one', of: 'people' }, { id: 'queue', in: 'change', kind: 'one', of: 'queues' },
    { id: 'category', in: 'change', kind: 'one', of: 'categories' }, { id: 'label', in: 'change', kind: 'choice', choices: LABELS }, { id: 'resolution', in: 'change', kind: 'text', max: 2000 },
  ],
  templates: [
    { id: 'description', kind: 'text' }, { id: 'type', kind: 'choice', choices: TYPES }, { id: 'title', in: 'report', kind: 'text', max: 200 }, { id: 'description', in: 'report', kind: 'area' },
    { id: 'category', in: 'report', kind: 'one', of: 'categories' }, { id: 'services', in: 'report', kind: 'many', of: 'services' }, { id: 'urgency', in: 'report', kind: 'choice', choices: ['high', 'medium', 'low'] },
    { id: 'queue', in: 'report', kind: 'one', of: 'queues' },
  ],
  views: [
    { id: 'state', kind: 'text' }, { id: 'type', kind: 'text' }, { id: 'priority', kind: 'text' }, { id: 'queue', kind: 'one', of: 'queues' }, { id: 'assignee', kind: 'text' }, { id: 'store', kind: 'text' },
    { id: 'category', kind: 'one', of: 'categories' }, { id: 'search', kind: 'text', max: 200 }, { id: 'sort', kind: 'choice', choices: ['due', 'priority', 'changed', 'number'] },
  ],
}

export type Draft = Record<string, unknown>

export function memberOf(record: Draft, member: Member): unknown {
  const holder = 'in' in member && member.in !== undefined ? record[member.in] : record
  return typeof holder === 'object' && holder !== null ? (holder as Draft)[member.id] : undefined
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
}

/** The record with another value; what is empty is left out, since nothing said is not the same as said to be nothing. */
export function withMember(record: Draft, member: Member, value: unknown): Draft {
  const { [member.id]: _, ...rest } = 'in' in member && member.in !== undefined ? ((record[member.in] ?? {}) as Draft) : record
  const next = isEmpty(value) ? rest : { ...rest, [member.id]: value }
  return 'in' in member && member.in !== undefined ? { ...record, [member.in]: next } : next
}
