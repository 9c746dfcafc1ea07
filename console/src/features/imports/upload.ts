// SPDX-License-Identifier: Apache-2.0
// A file goes up in parts; each is durable when it is answered. Whatever is lost on the way, the server says where to go on.

/** As much as the server takes at once. */
export const PART_BYTES = 2 << 20

export type Piece = { size: number; slice: (from: number, to: number) => Piece }

/** What a failed call means for an upload. */
export type Trouble = { kind: 'later'; waitMs: number | null; text: string } | { kind: 'elsewhere' } | { kind: 'final'; text: string }

export type Server = {
  /** Puts a part; answers how much of the file is there. */
  put: (offset: number, part: Piece) => Promise<number>
  /** How much of the file is there; null when it takes no more parts. */
  where: () => Promise<number | null>
  trouble: (error: unknown) => Trouble
  wait: (ms: number) => Promise<void>
  now: () => number
}

export type Told = {
  uploaded: number
  /** Bytes a second over the last parts; null before there are two. */
  rate: number | null
  /** Why it waits, in words. */
  waiting: string | null
}

const FIRST_WAIT_MS = 500
const MOST_WAIT_MS = 15000
const RATE_PARTS = 8

/** 0.5 s, 1 s, 2 s ... 15 s, or as the server asks. */
export function pauseOf(tries: number, asked: number | null): number {
  return Math.max(asked ?? 0, Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries))
}

/**
 * Sends the rest of the file from `offset`. Ends when all is there, when `stopped` says so, or by throwing what no waiting mends. A part that
 * got no answer may have landed: the server is asked before it is sent again.
 */
export async function upload(file: Piece, offset: number, server: Server, tell: (told: Told) => void, stopped: () => boolean): Promise<'whole' | 'stopped'> {
  let at = offset
  let tries = 0
  let ask = false
  let marks: [number, number][] = [[server.now(), at]]
  while (at < file.size) {
    if (stopped()) return 'stopped'
    try {
      if (ask) {
        const there = await server.where()
        if (there === null) return 'whole'
        if (there !== at) marks = [[server.now(), there]]
        at = there
        ask = false
        if (at >= file.size) break
        if (stopped()) return 'stopped'
      }
      at = await server.put(at, file.slice(at, Math.min(file.size, at + PART_BYTES)))
      tries = 0
      marks = [...marks, [server.now(), at] as [number, number]].slice(-RATE_PARTS)
      tell({ uploaded: at, rate: rateOf(marks), waiting: null })
    } catch (error) {
      if (stopped()) return 'stopped'
      const trouble = server.trouble(error)
      if (trouble.kind === 'final') throw error
      ask = true
      if (trouble.kind === 'later' || tries > 0) {
        tell({ uploaded: at, rate: null, waiting: trouble.kind === 'later' ? trouble.text : '' })
        await server.wait(pauseOf(tries, trouble.kind === 'later' ? trouble.waitMs : null))
        marks = [[server.now(), at]]
      }
      tries += 1
    }
  }
  return 'whole'
}

function rateOf(marks: readonly [number, number][]): number | null {
  const first = marks[0]
  const last = marks.at(-1)
  if (!first || !last || last[0] <= first[0]) return null
  return ((last[1] - first[1]) * 1000) / (last[0] - first[0])
}

/** Why this cannot be the file that was begun with; null when nothing speaks against it. */
export function mismatch(begun: { bytes: number; print: string | null }, file: { size: number; print: string | null }): 'size' | 'content' | null {
  if (begun.bytes !== file.size) return 'size'
  return begun.print !== null && file.print !== null && begun.print !== file.print ? 'content' : null
}

export const ENDINGS = ['.csv', '.tsv', '.txt', '.json', '.jsonl', '.ndjson', '.gz', '.zst'] as const
export const FILE_MAX = 20 * 2 ** 30

export function fileFault(file: { name: string; size: number }): 'ending' | 'empty' | 'large' | null {
  if (file.size === 0) return 'empty'
  if (file.size > FILE_MAX) return 'large'
  return ENDINGS.some((ending) => file.name.toLowerCase().endsWith(ending)) ? null : 'ending'
}
