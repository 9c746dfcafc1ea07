// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { snippetsOf } from './snippets'
import { type State, stateOf } from './state'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const ago = (ms: number) => ({ events: 1, last_at: new Date(NOW - ms).toISOString() })

it.each<[string, boolean, { events: number; last_at: string | null } | undefined, State]>([
  ['disabled wins', false, ago(0), 'disabled'],
  ['no figures', true, undefined, 'waiting'],
  ['no events', true, { events: 0, last_at: null }, 'waiting'],
  ['now', true, ago(0), 'receiving'],
  ['just 15 minutes', true, ago(15 * 60000), 'receiving'],
  ['over 15 minutes', true, ago(15 * 60000 + 1), 'quiet'],
])('%s', (_, enabled, stats, want) => {
  expect(stateOf({ enabled }, stats, NOW)).toBe(want)
})

it('puts server and key into every snippet', () => {
  for (const snippet of snippetsOf('https://patron.example.com', 'k3y')) {
    expect(snippet.code).toContain('k3y')
    expect(snippet.code).toContain('https://patron.example.com')
  }
})
