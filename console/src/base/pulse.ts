// SPDX-License-Identifier: Apache-2.0
// The server's pulse: once a second, one stream for the whole browser. From it come the live chip and the rates.
import { useEffect, useSyncExternalStore } from 'react'
import { noteExpired } from './session'
import { type StreamState, subscribe } from './live'
import type { Pulse } from './rates'

export type Line = 'connecting' | 'live' | 'catching_up' | 'offline'

const KEPT = 120
/** So many records behind count as catching up: a second's worth of ordinary traffic is not news. */
const LAG_RECORDS = 5000

type State = { line: Line; since: number; history: readonly Pulse[] }
let state: State = { line: 'connecting', since: Date.now(), history: [] }
let users = 0
let close: (() => void) | null = null
const listeners = new Set<() => void>()

function set(next: State) {
  state = next
  for (const listener of listeners) listener()
}

function withLine(line: Line, history: readonly Pulse[]): State {
  return { line, history, since: line === state.line ? state.since : Date.now() }
}

function onState(stream: StreamState) {
  if (stream.state === 'refused' && stream.status === 401) noteExpired()
  if (stream.state === 'lost' || stream.state === 'refused') set(withLine('offline', state.history))
}

function open() {
  close = subscribe('/api/v1/pulse', {
    onState,
    onEvents: (events) => {
      const fresh = events.filter((e) => e.event === 'pulse').map((e) => JSON.parse(e.data) as Pulse)
      const latest = fresh.at(-1)
      if (!latest) return
      const known = state.history.at(-1)?.at ?? 0
      const history = [...state.history, ...fresh.filter((p) => p.at > known)].slice(-KEPT)
      set(withLine(latest.lag > LAG_RECORDS ? 'catching_up' : 'live', history))
    },
  })
}

/** The pulse of the last two minutes at most, and how the line is. */
export function usePulse(): State {
  useEffect(() => {
    users += 1
    if (users === 1) open()
    return () => {
      users -= 1
      if (users === 0) {
        close?.()
        close = null
      }
    }
  }, [])
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
}
