// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type FromHub, makeHub } from './hub'
import type { SseOptions } from './sse'

type Opened = { url: string; options: SseOptions; closed: boolean }
let opened: Opened[] = []

function hub() {
  return makeHub((url, options) => {
    const one: Opened = { url, options, closed: false }
    opened.push(one)
    return () => {
      one.closed = true
    }
  })
}

function port() {
  const got: FromHub[] = []
  return { send: (message: FromHub) => got.push(message), got, events: () => got.flatMap((m) => ('events' in m ? m.events.map((e) => e.data) : [])) }
}

const event = (data: string) => ({ id: data, event: 'event', data })

beforeEach(() => {
  opened = []
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

it('opens an address once for all tabs, and tells each', () => {
  const h = hub()
  const [a, b] = [port(), port()]
  h.open(a, 1, '/x')
  h.open(b, 1, '/x')
  h.open(a, 2, '/y')
  expect(opened.map((o) => o.url)).toEqual(['/x', '/y'])
  opened[0]?.options.onEvent(event('1'))
  vi.advanceTimersByTime(100)
  expect([a.events(), b.events()]).toEqual([['1'], ['1']])
})

it('gives a late listener what was, each event once', () => {
  const h = hub()
  const [a, b] = [port(), port()]
  h.open(a, 1, '/x')
  opened[0]?.options.onEvent(event('1'))
  opened[0]?.options.onEvent(event('2'))
  h.open(b, 1, '/x') // before the batch was due
  vi.advanceTimersByTime(200)
  expect([a.events(), b.events()]).toEqual([['1', '2'], ['1', '2']])
})

it('closes an address with its last listener, and all of a tab that went away', () => {
  const h = hub()
  const [a, b] = [port(), port()]
  h.open(a, 1, '/x')
  h.open(b, 1, '/x')
  h.open(a, 2, '/y')
  h.close(a, 1)
  expect(opened.map((o) => o.closed)).toEqual([false, false])
  h.close(a)
  expect(opened.map((o) => o.closed)).toEqual([false, true])
  h.close(b)
  expect(h.count()).toBe(0)
})

it('tries again only what was refused', () => {
  const h = hub()
  h.open(port(), 1, '/x')
  h.open(port(), 1, '/y')
  opened[0]?.options.onState({ state: 'refused', status: 401, since: 0 })
  h.retry()
  expect(opened.map((o) => [o.url, o.closed])).toEqual([['/x', true], ['/y', false], ['/x', false]])
})
