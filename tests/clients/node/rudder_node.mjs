// SPDX-License-Identifier: Apache-2.0
// @rudderstack/rudder-sdk-node against BASE with KEY; modes as in segment_node.mjs.
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { readFileSync } from 'node:fs'

const [base, key, mode, ...names] = process.argv.slice(2)
const analytics = new RudderAnalytics(key, { dataPlaneUrl: base, flushInterval: 50, logLevel: 'none' })
const outcome = { delivered: 0, failed: 0 }

function settled(error) {
  if (error) outcome.failed++
  else outcome.delivered++
}

async function all(count) {
  while (outcome.delivered + outcome.failed < count) await new Promise((resolve) => setTimeout(resolve, 10))
}

if (mode === 'six') {
  const calls = Object.entries(JSON.parse(readFileSync(new URL('calls.json', import.meta.url))))
  for (const [type, call] of calls) analytics[type](call, settled)
  await analytics.flush()
  await all(calls.length)
} else {
  for (const [index, name] of names.entries()) {
    analytics.track({ userId: 'user-1', event: name, messageId: `rudder-${name}` }, settled)
    await all(index + 1)
    console.error(`sent ${name}`)
    if (index + 1 < names.length) await new Promise((resolve) => process.stdin.once('data', resolve))
  }
  process.stdin.pause()
}
console.log(JSON.stringify(outcome))
