// SPDX-License-Identifier: Apache-2.0
// Answers that the page's head has asked for before this script came (tools/early.ts): each is given out once, and only while the page is new.

const asked = (globalThis as { patronEarly?: Map<string, Promise<Response>> }).patronEarly
const FRESH_MS = 5000

/** The answer to this request, when the head asked for it; else undefined. */
export function takeEarly(request: Request): Promise<Response> | undefined {
  if (asked === undefined || request.method !== 'GET' || performance.now() > FRESH_MS) return undefined
  const url = request.url.slice(location.origin.length)
  const answer = asked.get(url)
  asked.delete(url)
  return answer
}

/** When all that the head asked for is there and not given out yet; what failed counts as there. */
export function earlyAnswers(): Promise<unknown> {
  return Promise.allSettled(asked?.values() ?? [])
}
