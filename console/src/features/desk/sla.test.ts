// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { differences, type Document, withClock, withoutClock } from './sla'

describe('versions of a policy', () => {
  it('are told apart place by place', () => {
    const was = { name: 'A', clocks: { response: { targets: { P1: { minutes: 5 } }, steps: [{ name: 'lead', percent: 50 }] } }, list: ['a', 'b'] }
    const is = { name: 'A', clocks: { response: { targets: { P1: { minutes: 10 }, P2: { hours: 1 } }, steps: [] } }, list: ['a'] }
    expect(differences(was, is)).toEqual([
      { path: 'clocks.response.steps', was: undefined, is: '[]' },
      { path: 'clocks.response.steps.0.name', was: '"lead"', is: undefined },
      { path: 'clocks.response.steps.0.percent', was: '50', is: undefined },
      { path: 'clocks.response.targets.P1.minutes', was: '5', is: '10' },
      { path: 'clocks.response.targets.P2.hours', was: undefined, is: '1' },
      { path: 'list', was: '["a","b"]', is: '["a"]' },
    ])
    expect(differences(is, is)).toEqual([])
  })
  it('take a clock more, and give it back', () => {
    const document: Document = { name: 'A', clocks: { response: {} } }
    expect(Object.keys(withClock(document, 'vendor').clocks)).toEqual(['response', 'vendor'])
    expect(withoutClock(withClock(document, 'vendor'), 'vendor')).toEqual(document)
  })
})
