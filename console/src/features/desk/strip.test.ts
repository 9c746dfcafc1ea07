// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { piecesOf, type Stretch } from './strip'

function stretch(seconds: number, why: Stretch['why'], from = 0): Stretch {
  return { from: new Date(from * 1000).toISOString(), to: new Date((from + seconds) * 1000).toISOString(), seconds, why, in: '24x7', state: 'new', waiting_for: '', round: 1, policy: 1, history: 1 }
}

it('neighbours of one reason are one piece; nothing is lost', () => {
  const pieces = piecesOf([stretch(10, 'counted'), stretch(20, 'counted', 10), stretch(70, 'paused', 30)])
  expect(pieces.map(({ why, seconds, stretches }) => [why, seconds, stretches])).toEqual([['counted', 30, 2], ['paused', 70, 1]])
  expect(pieces[0]?.share).toBeCloseTo(0.3)
})

it('a second in a month can be seen, and all of it is whole', () => {
  const pieces = piecesOf([stretch(1, 'counted'), stretch(2592000, 'closed', 1)])
  expect(pieces[0]?.share).toBeGreaterThan(0.005)
  expect(pieces.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1)
})

it('very many are drawn as fewer, of the same length', () => {
  const all = Array.from({ length: 1001 }, (_, i) => stretch(i % 2 === 0 ? 3 : 1, i % 2 === 0 ? 'counted' : 'closed', i * 4))
  const pieces = piecesOf(all)
  expect(pieces.length).toBeLessThanOrEqual(160)
  expect(pieces.reduce((sum, one) => sum + one.seconds, 0)).toBe(all.reduce((sum, one) => sum + one.seconds, 0))
})

it('no time, no piece', () => {
  expect(piecesOf([stretch(0, 'counted')])).toEqual([])
})
