// SPDX-License-Identifier: Apache-2.0
// @segment/analytics-next on the page PAGE in Chromium. MODE six: the six calls of calls.json; one: track calls by name.
// Waits until `count` deliveries were answered with 200, or the time is over. Prints what the page met.
import { readFileSync } from 'node:fs'
import { watch, withChromium } from './chromium.mjs'

const [pageUrl, apiBase, mode, waitSeconds, ...names] = process.argv.slice(2)
const calls = JSON.parse(readFileSync(new URL('calls.json', import.meta.url)))

// The arguments of analytics.js for each call.
function six() {
  const { identify, track, page, screen, group, alias } = calls
  return [
    ['identify', identify.userId, identify.traits], ['track', track.event, track.properties],
    ['page', page.category, page.name, page.properties], ['screen', '', screen.name, screen.properties],
    ['group', group.groupId, group.traits], ['alias', alias.userId, alias.previousId],
  ]
}

const wanted = mode === 'six' ? six() : names.map((name) => ['track', name, {}])
const result = await withChromium({}, async (context) => {
  const page = await context.newPage()
  const complaints = await watch(page)
  const answers = []
  page.on('response', (response) => {
    const request = response.request()
    if (request.url().startsWith(apiBase) && request.method() === 'POST') answers.push(response.status())
  })
  await page.goto(pageUrl)
  const step = async (list) => page.evaluate(async (steps) => {
    for (const [name, ...args] of steps) window.analytics[name](...args)
  }, list)
  const until = async (count) => {
    const end = Date.now() + Number(waitSeconds) * 1000
    while (answers.filter((status) => status === 200).length < count && Date.now() < end) await page.waitForTimeout(20)
  }
  if (mode === 'six') {
    await step(wanted)
    await until(wanted.length)
  } else {
    for (const [index, call] of wanted.entries()) {
      await step([call])
      if (names.length === 1 || index > 0) await until(index + 1)
      else await until(1)
      console.error(`sent ${call[1]}`)
      if (index + 1 < wanted.length) await new Promise((resolve) => process.stdin.once('data', resolve))
    }
    process.stdin.pause()
  }
  return { answers, complaints, url: page.url(), userAgent: await page.evaluate(() => navigator.userAgent) }
})
console.log(JSON.stringify(result))
