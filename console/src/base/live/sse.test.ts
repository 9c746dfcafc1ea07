// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openSse, type SseEvent, sseParser, type StreamState } from './sse'

function parsed(...chunks: string[]): SseEvent[] {
  const events: SseEvent[] = []
  const feed = sseParser((event) => events.push(event))
  chunks.forEach(feed)
  return events
}

describe('sseParser', () => {
  it.each<[string, string[], SseEvent[]]>([
    ['one event', ['id: 7\nevent: event\ndata: {}\n\n'], [{ id: '7', event: 'event', data: '{}' }]],
    ['cut anywhere', ['id: 7\neve', 'nt: a\nda', 'ta: x\n', '\n'], [{ id: '7', event: 'a', data: 'x' }]],
    ['several lines of data', ['data: a\ndata: b\n\n'], [{ id: '', event: 'message', data: 'a\nb' }]],
    ['CR LF', ['data: a\r\n\r\n'], [{ id: '', event: 'message', data: 'a' }]],
    ['comments', [': still here\n\n'], []],
    ['the id holds until another comes', ['id: 1\ndata: a\n\ndata: b\n\n'], [{ id: '1', event: 'message', data: 'a' }, { id: '1', event: 'message', data: 'b' }]],
    ['the event name does not', ['event: x\ndata: a\n\ndata: b\n\n'], [{ id: '', event: 'x', data: 'a' }, { id: '', event: 'message', data: 'b' }]],
    ['no data, no event', ['event: x\n\n'], []],
    ['one space is cut off, not two', ['data:  a\n\n'], [{ id: '', event: 'message', data: ' a' }]],
    ['without a colon', ['data\n\n'], [{ id: '', event: 'message', data: '' }]],
  ])('%s', (_, chunks, want) => {
    expect(parsed(...chunks)).toEqual(want)
  })
})

/** Answers one after another: a status, or what a stream says before it ends. */
function answering(answers: (number | string)[]) {
  const asked: Headers[] = []
  const ask = vi.fn(async (_url: unknown, init?: RequestInit) => {
    asked.push(new Headers(init?.headers))
    const next = answers.shift()
    if (next === undefined) return new Promise<Response>((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))))
    return typeof next === 'number' ? new Response('', { status: next }) : new Response(next)
  })
  return { ask: ask as unknown as typeof fetch, asked }
}

describe('openSse', () => {
  afterEach(() => vi.useRealTimers())

  async function run(answers: (number | string)[], ms: number) {
    vi.useFakeTimers()
    const { ask, asked } = answering(answers)
    const states: StreamState[] = []
    const events: SseEvent[] = []
    const close = openSse('/x', { fetch: ask, onEvent: (e) => events.push(e), onState: (s) => states.push(s) })
    await vi.advanceTimersByTimeAsync(ms)
    close()
    return { states: states.map((s) => s.state), last: states.at(-1), events, asked }
  }

  it('comes back behind the last id', async () => {
    const { states, asked } = await run(['id: 41\ndata: a\n\n', ': hello\n'], 2000)
    expect(states.slice(0, 4)).toEqual(['connecting', 'live', 'lost', 'live'])
    expect(asked[0]?.has('Last-Event-ID')).toBe(false)
    expect(asked[1]?.get('Last-Event-ID')).toBe('41')
  })
  it.each([400, 401, 403, 404])('a refusal (%i) ends it', async (status) => {
    const { last, asked } = await run([status], 60000)
    expect(last).toMatchObject({ state: 'refused', status })
    expect(asked).toHaveLength(1)
  })
  it.each([429, 500, 503])('%i is tried again, ever more slowly', async (status) => {
    const { asked } = await run([status, status, status, status], 5000)
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.length).toBeLessThan(6)
  })
  it('silence counts as a lost line', async () => {
    const { states } = await run([], 45000)
    expect(states).toContain('lost')
  })
})
