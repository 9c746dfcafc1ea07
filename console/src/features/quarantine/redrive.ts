// SPDX-License-Identifier: Apache-2.0
// Redriving in steps, and what can be told of a corrected text before it is sent.
export type Refusal = { position: number; reason: string }
export type Outcome = { redriven: number; refused: number; failed: Refusal[] }

export type Step = { redriven: number; refused: number; nextFrom: number | null }
export type Progress = Outcome & { at: number; done: boolean }

/**
 * Step by step until none is left or `stop` says so. A step that failed throws; `from` of the last progress told is where to go on, and what
 * was redriven before stays redriven: each lands at most once.
 */
export async function redriveAll(step: (from: number) => Promise<Step>, tell: (progress: Progress) => void, begin: Progress, stop: () => boolean): Promise<Progress> {
  let now = begin
  while (!now.done && !stop()) {
    const { redriven, refused, nextFrom } = await step(now.at)
    // a server that does not move on would keep us for ever
    const done = nextFrom === null || nextFrom <= now.at
    now = { ...now, redriven: now.redriven + redriven, refused: now.refused + refused, at: nextFrom ?? now.at, done }
    tell(now)
  }
  return now
}

export const BEGIN: Progress = { redriven: 0, refused: 0, failed: [], at: 0, done: false }

/** The largest event the intake takes. */
export const EVENT_BYTES = 32768

export type Fault = { kind: 'syntax'; message: string; line: number | null } | { kind: 'not_an_object' } | { kind: 'too_large'; bytes: number }

function lineOf(text: string, message: string): number | null {
  const line = /line (\d+)/.exec(message)
  if (line) return Number(line[1])
  const at = /position (\d+)/.exec(message)
  return at ? text.slice(0, Number(at[1])).split('\n').length : null
}

/** What stands against sending this text, as far as that can be told here; the server judges the rest. */
export function faultOf(text: string): Fault | null {
  const bytes = new TextEncoder().encode(text).length
  if (bytes > EVENT_BYTES) return { kind: 'too_large', bytes }
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : { kind: 'not_an_object' }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'syntax', message, line: lineOf(text, message) }
  }
}

/** Indented where it is JSON, else as it stands. Only blanks change: numbers keep every digit, keys their order. */
export function pretty(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    return text
  }
  let out = ''
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === '{' || token === '[') {
      depth += 1
      out += token + line()
    } else if (token === '}' || token === ']') {
      depth -= 1
      out = /[{[]\s*$/.test(out) ? out.trimEnd() + token : out + line() + token
    } else if (token === ',') out += token + line()
    else out += token === ':' ? ': ' : token
  }
  return out
}
