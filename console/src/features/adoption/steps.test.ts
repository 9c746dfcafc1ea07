// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Identity } from './model'
import { agrees, type Figures, stepsOf } from './steps'

const AT = '2026-03-01T00:00:00.000Z'
const feeds = { id: 'd', name: 'Incumbent', kind: 'segment', state: 'running', state_reason: null, lag: 0, lag_s: 0, waiting: 0, dead: 0, created_at: AT } as const
const row = (ours: number, theirs: number, forwarding: 'on' | 'off' | null = 'on') => ({ name: `e${ours}-${theirs}`, ours, theirs, forwarding })
const day = (ours: number, theirs: number | null) => ({ at: AT, ours, theirs, forwarded: null })
const part = (state: 'incumbent' | 'side_by_side' | 'patron') => ({ name: 'events', title: '', state, note: '', changed_at: null, changed_by: null }) as const
const compared = (state: Identity['state']) => ({ state, alike: 4, theirs: 5 }) as Identity
const figures = (change: Partial<Figures> = {}): Figures => ({ forwarding: null, days: [day(0, null)], events: [], parts: [part('incumbent')], ...change })
const said = (change: Partial<Figures>, newest?: Identity, within = 2) =>
  Object.fromEntries(stepsOf(figures(change), newest, within).map((step) => [step.key, `${step.state} ${step.count}/${step.all}`]))

describe('agrees', () => {
  it.each([[100, 98, 2, true], [100, 97, 2, false], [98, 100, 2, true], [0, 0, 1, true], [1, 0, 10, false], [100, 100, 0, true]])('%d and %d within %d %%: %s', (ours, theirs, within, want) => {
    expect(agrees({ ours, theirs }, within)).toBe(want)
  })
})

describe('stepsOf', () => {
  it('has everything before it where nothing is there', () => {
    expect(said({})).toEqual({
      sources: 'open 0/0', forwarding: 'open 0/0', counts: 'open 0/1', agree: 'open 0/0', persons: 'open 0/0', events: 'open 0/0', parts: 'open 0/1' })
  })

  it.each([
    ['caught up', {}, 'done'], ['a minute behind', { lag: 9, lag_s: 60 }, 'done'], ['more than a minute behind', { lag: 9, lag_s: 61 }, 'trouble'],
    ['with dead letters', { dead: 1 }, 'trouble'], ['paused', { state: 'paused' as const }, 'trouble'],
  ])('forwarding %s', (_name, change, want) => {
    expect(stepsOf(figures({ forwarding: { ...feeds, ...change } }), undefined, 2)[1]?.state).toBe(want)
  })

  it('compares what the incumbent still gets', () => {
    const events = [row(100, 99), row(100, 0, 'off'), row(50, 40)]
    const days = [day(250, 139), day(5, null)]
    expect(said({ days, events })).toMatchObject({ sources: 'done 255/255', counts: 'done 1/2', agree: 'trouble 1/2', events: 'open 1/3' })
    expect(said({ days, events }, undefined, 20)).toMatchObject({ agree: 'done 2/2' })
    expect(said({ days: [day(250, null)], events })).toMatchObject({ agree: 'open 1/2' })
  })

  it('is done when all is taken over', () => {
    expect(said({ events: [row(5, 0, 'off'), row(0, 3, null)], parts: [part('patron')] }, compared('done'))).toMatchObject({
      persons: 'done 4/5', events: 'done 1/1', parts: 'done 1/1' })
  })

  it.each([['running', 'open'], ['failed', 'trouble'], ['done', 'done']] as const)('a comparison of persons that is %s is %s', (state, want) => {
    expect(stepsOf(figures(), compared(state), 2)[4]?.state).toBe(want)
  })
})
