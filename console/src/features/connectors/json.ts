// SPDX-License-Identifier: Apache-2.0

/** Null: it is no JSON, or there is none. */
export function readJson(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    return null
  }
}

/** With line breaks where it is JSON, else as it is. */
export function pretty(text: string): string {
  const read = readJson(text)
  return read === null ? text : JSON.stringify(read, null, 2)
}

/** Events one below the other. */
export const eventsText = (events: readonly unknown[]): string => events.map((event) => JSON.stringify(event, null, 2)).join('\n\n')

/** The most characters of a body that is pasted. */
export const BODY_MAX = 262144
