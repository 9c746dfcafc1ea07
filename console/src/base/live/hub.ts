// SPDX-License-Identifier: Apache-2.0
// One stream per address for all who listen. Runs in the shared worker, or in the page where there is none.
import { openSse, type SseEvent, type StreamState } from './sse'

export type ToHub = { kind: 'open'; id: number; url: string } | { kind: 'close'; id: number } | { kind: 'retry' } | { kind: 'alive' }
export type FromHub = { id: number; events: SseEvent[] } | { id: number; state: StreamState }

/** A new listener of an open stream hears the last events again, so that its page is not empty. */
const KEPT = 500
const BATCH_MS = 100

type Listener = { port: Port; id: number }
type Port = { send: (message: FromHub) => void }
type Stream = {
  listeners: Set<Listener>
  kept: SseEvent[]
  fresh: SseEvent[]
  timer: ReturnType<typeof setTimeout> | null
  state: StreamState
  close: () => void
}

export function makeHub(open: typeof openSse = openSse) {
  const streams = new Map<string, Stream>()

  function flush(stream: Stream) {
    stream.timer = null
    const events = stream.fresh
    stream.fresh = []
    for (const { port, id } of stream.listeners) port.send({ id, events })
  }

  function start(url: string, stream: Stream) {
    stream.close = open(url, {
      onEvent: (event) => {
        stream.fresh.push(event)
        stream.kept.push(event)
        if (stream.kept.length > KEPT * 2) stream.kept.splice(0, stream.kept.length - KEPT)
        stream.timer ??= setTimeout(() => flush(stream), BATCH_MS)
      },
      onState: (state) => {
        stream.state = state
        for (const { port, id } of stream.listeners) port.send({ id, state })
      },
    })
  }

  return {
    open(port: Port, id: number, url: string) {
      let stream = streams.get(url)
      const known = stream !== undefined
      if (!stream) {
        stream = {
          listeners: new Set(), kept: [], fresh: [], timer: null, state: { state: 'connecting', since: Date.now() }, close: () => undefined,
        }
        streams.set(url, stream)
      } else if (stream.timer !== null) {
        clearTimeout(stream.timer)
        flush(stream)
      }
      stream.listeners.add({ port, id })
      if (known) {
        port.send({ id, state: stream.state })
        if (stream.kept.length > 0) port.send({ id, events: stream.kept.slice(-KEPT) })
      } else {
        start(url, stream)
      }
    },
    /** Without an id: all of that port. */
    close(port: Port, id?: number) {
      for (const [url, stream] of streams) {
        for (const listener of stream.listeners) {
          if (listener.port === port && (id === undefined || listener.id === id)) stream.listeners.delete(listener)
        }
        if (stream.listeners.size === 0) {
          stream.close()
          if (stream.timer !== null) clearTimeout(stream.timer)
          streams.delete(url)
        }
      }
    },
    /** After signing in: streams that were refused try again. */
    retry() {
      for (const [url, stream] of streams) {
        if (stream.state.state === 'refused') {
          stream.close()
          start(url, stream)
        }
      }
    },
    count: () => streams.size,
  }
}
