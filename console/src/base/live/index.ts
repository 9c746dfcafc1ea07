// SPDX-License-Identifier: Apache-2.0
// What the server tells by itself. Streams are shared between tabs; components subscribe by address.
import { useEffect, useRef, useState } from 'react'
import { type FromHub, makeHub, type ToHub } from './hub'
import type { SseEvent, StreamState } from './sse'

export type { SseEvent, StreamState }

type Handler = { onEvents: (events: SseEvent[]) => void; onState: (state: StreamState) => void }
const handlers = new Map<number, Handler>()
let nextId = 1
let post: ((message: ToHub) => void) | null = null

function receive(message: FromHub) {
  const handler = handlers.get(message.id)
  if (!handler) return
  if ('events' in message) handler.onEvents(message.events)
  else handler.onState(message.state)
}

function withoutWorker(): (message: ToHub) => void {
  const hub = makeHub()
  const door = { send: receive }
  return (message) => {
    if (message.kind === 'open') hub.open(door, message.id, message.url)
    else if (message.kind === 'close') hub.close(door, message.id)
    else if (message.kind === 'retry') hub.retry()
  }
}

function connect(): (message: ToHub) => void {
  if (typeof SharedWorker === 'undefined') return withoutWorker()
  try {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'patron-live' })
    worker.port.onmessage = ({ data }: MessageEvent<FromHub>) => receive(data)
    const timer = setInterval(() => worker.port.postMessage({ kind: 'alive' } satisfies ToHub), 20000)
    addEventListener('pagehide', (event) => {
      if (event.persisted) return
      clearInterval(timer)
      for (const id of handlers.keys()) worker.port.postMessage({ kind: 'close', id } satisfies ToHub)
    })
    return (message) => worker.port.postMessage(message)
  } catch {
    return withoutWorker()
  }
}

/** Listens to a stream until the returned function is called. Events come in batches, ten a second at most. */
export function subscribe(url: string, handler: Handler): () => void {
  post ??= connect()
  const id = nextId++
  handlers.set(id, handler)
  post({ kind: 'open', id, url })
  return () => {
    handlers.delete(id)
    post?.({ kind: 'close', id })
  }
}

/** After signing in again. */
export function retryStreams() {
  post?.({ kind: 'retry' })
}

/** The stream at `url` (null: none) while mounted; returns the state of its line. */
export function useStream(url: string | null, onEvents: (events: SseEvent[]) => void): StreamState {
  const [state, setState] = useState<StreamState>({ state: 'connecting', since: Date.now() })
  const latest = useRef(onEvents)
  latest.current = onEvents
  useEffect(() => {
    if (url === null) return
    setState({ state: 'connecting', since: Date.now() })
    return subscribe(url, { onEvents: (events) => latest.current(events), onState: setState })
  }, [url])
  return state
}
