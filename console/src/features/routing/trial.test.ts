// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest'
import { AGENT, QUEUE } from './settings'
import { countOf, inTime, isOneMore, NO_CHANGES, shownQueues, type Trial, type Waits, withAgent, without, withOneMore, withQueue } from './trial'

vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))

const waits = (arrived: number, p90_s: number): Waits => ({ arrived, given: arrived, in_time: arrived / 2, left: 0, mean_s: 0, p50_s: 0, p90_s, max_s: p90_s })

it('the same queue or agent is changed once, and taken away', () => {
  const once = withQueue(withQueue(NO_CHANGES, 'a', QUEUE), 'a', { ...QUEUE, on: true })
  expect(once.queues).toEqual([{ queue: 'a', settings: { ...QUEUE, on: true } }])
  const all = withAgent(once, 'b', null)
  expect(countOf(all)).toBe(2)
  expect(countOf(without(without(all, 'a'), 'b'))).toBe(0)
})

it('agents more have names of their own', () => {
  const two = withOneMore(withOneMore(NO_CHANGES, AGENT), AGENT)
  expect(two.agents.map((one) => one.account)).toEqual(['+1', '+2'])
  expect(two.agents.every((one) => isOneMore(one.account))).toBe(true)
  expect(withOneMore(without(two, '+1'), AGENT).agents.map((one) => one.account)).toEqual(['+2', '+1'])
})

it('in time is a part of those that came', () => {
  expect(inTime(waits(4, 0))).toBe(0.5)
  expect(inTime(waits(0, 0))).toBeNull()
})

it('what changes most comes first, and queues without tickets not at all', () => {
  const queues = [{ queue: 'calm', was: waits(9, 60), now: waits(9, 60), would: waits(9, 60) }, { queue: 'none', was: waits(0, 0), now: null, would: null }, { queue: 'changed', was: waits(2, 60), now: waits(2, 60), would: waits(2, 5) }]
  expect(shownQueues({ queues } as unknown as Trial).map((one) => one.queue)).toEqual(['changed', 'calm'])
})
