// SPDX-License-Identifier: Apache-2.0
export type PulseSource = { number: number; events: number; quarantined: number }
export type Pulse = {
  /** UTC ms of the server. */
  at: number
  /** First position not yet written. */
  end: number
  /** Records that the slowest view has not seen. */
  lag: number
  /** Another number whenever the person's notifications have changed. */
  notified?: number
  /** Counters since the server's start, by source; only for those who may see events. */
  sources?: PulseSource[]
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
