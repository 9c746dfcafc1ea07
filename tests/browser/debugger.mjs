// SPDX-License-Identifier: Apache-2.0
// Drives the live debugger in Chromium by lines of JSON on stdin ({"do": name, ...}), answers each with a line of JSON.
// The scenario itself is in test_debugger.py; here stands only what a hand on the keyboard and an eye on the screen can do.
import { createInterface } from 'node:readline'
import { watch, withChromium } from '../clients/node/chromium.mjs'

const [base, width, height] = process.argv.slice(2)

const hands = {
  open: (page, { path }) => page.goto(base + path),
  reload: (page) => page.reload(),
  press: (page, { keys }) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
  type: (page, { text }) => page.keyboard.type(text),
  click: (page, { selector }) => page.click(selector),
  fill: (page, { selector, text }) => page.fill(selector, text),
  resize: (page, size) => page.setViewportSize({ width: size.width, height: size.height }),
  shot: (page, { file }) => page.screenshot({ path: file, fullPage: false }),
}

const eyes = {
  rows: (page) => page.$$eval('#rows > *', (rows) => rows.map((row) => row.innerText)),
  text: (page, { selector }) => page.$eval(selector, (e) => e.innerText),
  value: (page, { selector }) => page.$eval(selector, (e) => e.value),
  visible: (page, { selector }) => page.isVisible(selector),
  focus: (page) => page.evaluate(() => document.activeElement.id || document.activeElement.tagName),
  url: (page) => page.url(),
  storage: (page) => page.evaluate(() => ({ local: { ...localStorage }, cookie: document.cookie })),
  // Wider than the screen means a person on a phone must scroll sideways.
  overflow: (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  // Everything that takes input has a name for those who do not see it.
  unnamed: (page) => page.evaluate(() => [...document.querySelectorAll('button, input, select, textarea, a[href]')]
    .filter((e) => e.offsetParent !== null && !(e.innerText || e.ariaLabel || e.labels?.length || e.title))
    .map((e) => e.outerHTML.slice(0, 120))),
}

// Waits until some row holds the text; answers how long that took in ms.
async function waitRow(page, { text, timeout = 5000 }) {
  const begin = Date.now()
  await page.waitForFunction((wanted) => [...document.querySelectorAll('#rows > *')].some((r) => r.innerText.includes(wanted)),
    text, { timeout, polling: 10 })
  return Date.now() - begin
}

async function waitText(page, { selector, text, timeout = 5000 }) {
  await page.waitForFunction(([where, wanted]) => document.querySelector(where)?.innerText.includes(wanted), [selector, text],
    { timeout, polling: 20 })
  return true
}

await withChromium({ viewport: { width: Number(width), height: Number(height) } }, async (context) => {
  const page = await context.newPage()
  const complaints = await watch(page)
  const all = { ...hands, ...eyes, waitRow, waitText, complaints: () => complaints.splice(0) }
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    const command = JSON.parse(line)
    try {
      const value = await all[command.do](page, command)
      console.log(JSON.stringify({ value: command.do in hands ? null : value ?? null }))
    } catch (error) {
      console.log(JSON.stringify({ error: String(error).slice(0, 600) }))
    }
  }
})
