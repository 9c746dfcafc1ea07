// SPDX-License-Identifier: Apache-2.0
// Reports that the server does not have yet: kept in this browser, sent again until it has taken or refused them. The same key with each try, so that
// one whose answer was lost is not reported twice.
import type { paths } from '@/api/schema'

export type Body = NonNullable<paths['/api/v1/portal/reports']['post']['requestBody']>['content']['application/json']

export type Unsent = {
  key: string
  /** Whose it is: a shared phone sends it for nobody else. */
  account: string
  /** What it is called while it waits. */
  title: string
  at: string
  body: Body
  /** Why the server does not want it. */
  refused?: string
}

const KEY = 'patron.portal.unsent'
const KEPT = 50
const AGAIN_MS = 5000

function isUnsent(value: unknown): value is Unsent {
  const one = value as Partial<Unsent> | null
  return typeof one === 'object' && one !== null && typeof one.key === 'string' && typeof one.account === 'string' && typeof one.title === 'string' && typeof one.at === 'string' && typeof one.body === 'object'
}

function read(): Unsent[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(all) ? all.filter(isUnsent).slice(-KEPT) : []
  } catch {
    return []
  }
}

export type Courier = {
  /** Gives the ticket. */
  send: (one: Unsent) => Promise<string>
  /** Why the server does not want it; null: it may take it later. */
  refusal: (why: unknown) => string | null
}

export function outbox({ send, refusal }: Courier) {
  let all: readonly Unsent[] = read()
  /** What stands in the storage is what there is: other tabs write there, too. */
  let kept = true
  let busy = false
  const going = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let whose = ''
  const listeners = new Set<() => void>()

  function set(change: (before: readonly Unsent[]) => readonly Unsent[]) {
    all = change(kept ? read() : all)
    try {
      localStorage.setItem(KEY, JSON.stringify(all))
      kept = true
    } catch {
      // storage is full or forbidden: they wait for as long as this page is open
      kept = false
    }
    for (const listener of listeners) listener()
  }

  /** The ticket, once it is sent; null: it waits, or was refused. */
  async function tryOne(one: Unsent): Promise<string | null> {
    if (going.has(one.key)) return null
    going.add(one.key)
    try {
      const ticket = await send(one)
      set((before) => before.filter((other) => other.key !== one.key))
      return ticket
    } catch (why) {
      const refused = refusal(why)
      if (refused !== null) set((before) => before.map((other) => (other.key === one.key ? { ...other, refused } : other)))
      return null
    } finally {
      going.delete(one.key)
    }
  }

  function later() {
    clearTimeout(timer)
    timer = all.some((one) => one.account === whose && one.refused === undefined) ? setTimeout(() => void flush(), AGAIN_MS) : undefined
  }

  async function flush() {
    if (busy) return
    busy = true
    set((before) => before)
    for (const one of all.filter((other) => other.account === whose && other.refused === undefined)) await tryOne(one)
    busy = false
    later()
  }

  return {
    all: () => all,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** From now on that person's are sent. */
    begin(account: string) {
      whose = account
      void flush()
    },
    flush,
    async add(one: Unsent): Promise<string | null> {
      set((before) => [...before.slice(-KEPT + 1), one])
      const ticket = await tryOne(one)
      later()
      return ticket
    },
    drop(key: string) {
      set((before) => before.filter((one) => one.key !== key))
    },
  }
}
