// SPDX-License-Identifier: Apache-2.0
// The server's pulse: once a second, one stream for the whole browser. From it come the live chip and the rates.
import { useEffect, useSyncExternalStore } from 'react'
import { noteExpired } from './session'
import { type StreamState, subscribe } from './live'

export type PulseSource = { number: number; events: number; quarantined: number }
export type Pulse = {
  /** UTC ms of the server. */
  at: number
  /** First position not yet written. */
  end: number
  /** Records that the slowest view has not seen. */
  lag: number
  /** Counters since the server's start, by source; only for those who may see events. */
  sources?: PulseSource[]
}

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

/** Events a second of one source between neighbouring beats; null where a beat is missing. Counters that fell began anew. */
export function ratesOf(history: readonly Pulse[], source: number, points: number): (number | null)[] {
  const out: (number | null)[] = []
  for (let i = 1; i < history.length; i += 1) {
    const before = history[i - 1]
    const now = history[i]
    if (!before || !now) continue
    const a = before.sources?.find((s) => s.number === source)?.events ?? 0
    const b = now.sources?.find((s) => s.number === source)?.events ?? 0
    const seconds = (now.at - before.at) / 1000
    out.push(seconds > 5 || b < a ? null : (b - a) / Math.max(seconds, 0.001))
  }
  const shown = out.slice(-points)
  return [...Array.from({ length: points - shown.length }, () => null), ...shown]
}
