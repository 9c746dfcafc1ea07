// SPDX-License-Identifier: Apache-2.0
// The stretches of a clock as a strip: neighbours of one reason together, widths that can still be seen.
import type { Schemas } from '@/api/client'

export type Stretch = {
  from: string
  to: string
  seconds: number
  why: Schemas['SlaWhy']
  in: string
  state: string
  waiting_for: string
  round: number
  policy: number | null
  history: number
}

export type Piece = { why: Stretch['why']; from: string; to: string; seconds: number; /** of 1 */ share: number; stretches: number }

/** What is drawn at least this wide, where all of it would be 1. */
const LEAST = 0.006
/** More pieces than a strip has room for are drawn as the reason that has most of them. */
const MOST = 160

export function piecesOf(stretches: readonly Stretch[]): Piece[] {
  let pieces: Piece[] = []
  for (const one of stretches) {
    const last = pieces.at(-1)
    if (one.seconds <= 0) continue
    if (last?.why === one.why) {
      last.to = one.to
      last.seconds += one.seconds
      last.stretches += 1
    } else pieces.push({ why: one.why, from: one.from, to: one.to, seconds: one.seconds, share: 0, stretches: 1 })
  }
  while (pieces.length > MOST) pieces = halved(pieces)
  const all = pieces.reduce((sum, one) => sum + one.seconds, 0)
  if (all === 0) return []
  const wide = pieces.map((one) => Math.max(LEAST, one.seconds / all))
  const sum = wide.reduce((a, b) => a + b, 0)
  return pieces.map((one, i) => ({ ...one, share: (wide[i] ?? 0) / sum }))
}

function halved(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = []
  for (let i = 0; i < pieces.length; i += 2) {
    const a = pieces[i]
    const b = pieces[i + 1]
    if (a === undefined) continue
    out.push(b === undefined ? a : { why: a.seconds >= b.seconds ? a.why : b.why, from: a.from, to: b.to, seconds: a.seconds + b.seconds, share: 0, stretches: a.stretches + b.stretches })
  }
  return out
}
