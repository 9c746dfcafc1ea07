// SPDX-License-Identifier: Apache-2.0
// @segment/analytics-node against BASE with KEY. MODE six: the six calls of calls.json; one: track calls named by the
// further arguments, one after another, each flushed. Prints one JSON object: what the client told its caller.
import { Analytics } from '@segment/analytics-node'
import { readFileSync } from 'node:fs'

const [base, key, mode, ...names] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: key, host: base, path: '/v1/batch', flushInterval: 50, maxRetries: 3 })
const outcome = { delivered: 0, failed: 0, errors: [] }
analytics.on('error', (error) => outcome.errors.push(String(error.code)))

function settled(error) {
  if (error) outcome.failed++
  else outcome.delivered++
}

if (mode === 'six') {
  const calls = JSON.parse(readFileSync(new URL('calls.json', import.meta.url)))
  for (const [type, call] of Object.entries(calls)) analytics[type](call, settled)
  await analytics.closeAndFlush()
} else {
  for (const [index, name] of names.entries()) {
    analytics.track({ userId: 'user-1', event: name, messageId: `node-${name}` }, settled)
    await analytics.flush({ timeout: 40000 })
    console.error(`sent ${name}`)
    if (index + 1 < names.length) await new Promise((resolve) => process.stdin.once('data', resolve))
  }
  process.stdin.pause()
}
console.log(JSON.stringify(outcome))
