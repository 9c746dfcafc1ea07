// SPDX-License-Identifier: Apache-2.0
// A person's events as visits: who is away for half an hour comes back to a new one. Within a visit, runs of one channel.
import { microsOf } from './money'

/** A member of an event that is looked at with care: what it holds is the sender's. */
type Open = Record<string, unknown>

export type Entry = {
  position: number
  /** UTC ms, when it happened by its own time; when that is missing, when it was received. */
  at: number
  receivedAt: number | null
  type: string
  /** Of the event or page; '' where the type says it all. */
  name: string
  /** A few words more: what was bought, searched, looked at; '' for none. */
  brief: string
  /** 'web', 'app', 'store', 'service', or '' where the event does not tell. */
  channel: string
  source: string
  data: Open
}

export type Run = { channel: string; entries: Entry[] }
export type Session = { key: string; from: number; to: number; count: number; channels: string[]; runs: Run[] }

export const GAP_MS = 30 * 60 * 1000

const isOpen = (value: unknown): value is Open => typeof value === 'object' && value !== null && !Array.isArray(value)
const member = (of: unknown, name: string): unknown => (isOpen(of) ? of[name] : undefined)
const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '')

type Sign = (event: Open) => unknown

const inContext = (...path: string[]): Sign => (event) => path.reduce<unknown>(member, event.context)
const anyOf = (...names: string[]): Sign => (event) => names.map((name) => member(event.properties, name)).find((value) => value !== undefined)
const THERE = /^/

/** What an event says of where it came by, else what gives it away: the first row that fits, as in src/profiles/channel.c. */
const CHANNELS: readonly (readonly [Sign, RegExp, string])[] = [
  [inContext('channel'), /^(web|browser)$/i, 'web'],
  [inContext('channel'), /^(app|mobile)$/i, 'app'],
  [inContext('channel'), /^(store|retail|pos|till)$/i, 'store'],
  [inContext('channel'), /^(service|support|phone|chat)$/i, 'service'],
  [(event) => event.channel, /^browser$/i, 'web'],
  [(event) => event.channel, /^mobile$/i, 'app'],
  [inContext('library', 'name'), /^(analytics\.js$|analytics-next)/i, 'web'],
  [inContext('library', 'name'), /^(analytics-(android|ios|kotlin|swift|flutter|react-native)|analytics_flutter|@segment\/analytics-react-native)/i, 'app'],
  [inContext('library', 'name'), /^(pos|till)/i, 'store'],
  [inContext('device', 'type'), /^(pos|till|kiosk)$/i, 'store'],
  [inContext('device', 'type'), /^(ios|android)$/i, 'app'],
  [anyOf('register', 'register_id', 'till_id', 'pos_id'), THERE, 'store'],
  [inContext('userAgent'), /^mozilla\//i, 'web'],
  [inContext('os', 'name'), /^(ios|ipados|android)$/i, 'app'],
  [inContext('page'), THERE, 'web'],
  [anyOf('store_id', 'storeId'), THERE, 'store'],
  [(event) => event.type, /^page$/, 'web'],
  [(event) => event.type, /^screen$/, 'app'],
]

/** '' where the event does not tell. */
export function channelOf(event: Open): string {
  const row = CHANNELS.find(([sign, wanted]) => {
    const found = sign(event)
    return found !== undefined && (wanted === THERE || wanted.test(text(found)))
  })
  return row?.[2] ?? ''
}

const BRIEF = ['order_id', 'name', 'product', 'product_name', 'query', 'title', 'category', 'subject', 'reason', 'coupon', 'product_id'] as const

/** What it was about, in a few words; never more than there is. */
export function briefOf(event: Open): string {
  if (event.type === 'identify' || event.type === 'group') return Object.keys(isOpen(event.traits) ? event.traits : {}).slice(0, 6).join(', ')
  if (event.type === 'alias') return text(event.previousId)
  const properties = event.properties
  if (event.type === 'page') return text(member(properties, 'path')) || text(member(member(event.context, 'page'), 'path')) || text(member(properties, 'url'))
  const products = member(properties, 'products')
  const first = Array.isArray(products) ? text(member(products[0], 'name')) : ''
  const found = BRIEF.map((name) => text(member(properties, name))).filter((value) => value !== '')
  return [...found.slice(0, 2), ...(first === '' ? [] : [products instanceof Array && products.length > 1 ? `${first} +${products.length - 1}` : first])].join(' · ')
}

function instant(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : at
}

export function entryOf(event: Open): Entry {
  const patron = event._patron
  const receivedAt = instant(event.receivedAt)
  const type = text(event.type)
  return {
    position: Number(member(patron, 'position') ?? -1),
    at: instant(event.timestamp) ?? receivedAt ?? 0,
    receivedAt,
    type,
    name: type === 'track' ? text(event.event) : text(event.name),
    brief: briefOf(event),
    channel: channelOf(event),
    source: text(member(patron, 'source')),
    data: event,
  }
}

/** Newest first by the events' own time; equal times as they came. */
export function sessionsOf(entries: readonly Entry[]): Session[] {
  const sorted = [...entries].sort((a, b) => b.at - a.at || b.position - a.position)
  const sessions: Session[] = []
  for (const entry of sorted) {
    let session = sessions.at(-1)
    if (session === undefined || session.from - entry.at > GAP_MS) {
      session = { key: '', from: entry.at, to: entry.at, count: 0, channels: [], runs: [] }
      sessions.push(session)
    }
    session.from = entry.at
    session.count += 1
    // named by its oldest event: newer ones join at the other end
    session.key = String(entry.position)
    if (!session.channels.includes(entry.channel)) session.channels.push(entry.channel)
    const run = session.runs.at(-1)
    if (run?.channel === entry.channel) run.entries.push(entry)
    else session.runs.push({ channel: entry.channel, entries: [entry] })
  }
  return sessions
}

export type Filter = { channel: string; type: string }

export function fits(entry: Entry, filter: Filter): boolean {
  return (filter.channel === '' || entry.channel === (filter.channel === 'none' ? '' : filter.channel)) && (filter.type === '' || entry.type === filter.type)
}

export type Order = { entry: Entry; refund: boolean; id: string; total: string | null; currency: string; items: number | null }

/** The order or refund that an event tells of; null: it tells of none. Sums are of `total`, else `revenue`, as the profile's are. */
export function orderOf(entry: Entry): Order | null {
  if (entry.type !== 'track' || (entry.name !== 'Order Completed' && entry.name !== 'Order Refunded')) return null
  const properties = entry.data.properties
  const sum = text(member(properties, 'total')) || text(member(properties, 'revenue'))
  const products = member(properties, 'products')
  return {
    entry,
    refund: entry.name === 'Order Refunded',
    id: text(member(properties, 'order_id')) || text(member(properties, 'orderId')),
    total: microsOf(sum) === null ? null : sum,
    currency: text(member(properties, 'currency')).toUpperCase(),
    items: Array.isArray(products) ? products.reduce<number>((n, product) => n + (Number(text(member(product, 'quantity'))) || 1), 0) : null,
  }
}
