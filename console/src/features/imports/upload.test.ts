// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { FILE_MAX, fileFault, mismatch, PART_BYTES, pauseOf, type Piece, type Server, type Told, upload } from './upload'

type Range = Piece & { from: number }

/** Size without content. */
function blank(from: number, to: number): Range {
  return { from, size: to - from, slice: (a, b) => blank(from + a, from + b) }
}

class Lost extends Error {}
class Gap extends Error {}
class Refused extends Error {}

/** A server that takes parts, and goes wrong where the script says so. */
function fake(size: number, script: Record<number, 'lost before' | 'lost after' | 'gap' | 'refused'> = {}, begin = 0) {
  const seen = { there: begin, calls: 0, asked: 0, waits: [] as number[], clock: 0, sent: [] as [number, number][] }
  const server: Server = {
    put: (offset, part) => {
      seen.calls += 1
      seen.clock += 1000
      const what = script[seen.calls]
      if (what === 'lost before') return Promise.reject(new Lost('away'))
      if (what === 'gap' || offset > seen.there) return Promise.reject(new Gap())
      if (what === 'refused') return Promise.reject(new Refused('no'))
      seen.sent.push([offset, part.size])
      seen.there = Math.max(seen.there, offset + part.size)
      return what === 'lost after' ? Promise.reject(new Lost('away')) : Promise.resolve(seen.there)
    },
    where: () => {
      seen.asked += 1
      return Promise.resolve(seen.there >= size ? null : seen.there)
    },
    trouble: (error) => (error instanceof Lost ? { kind: 'later', waitMs: null, text: error.message } : error instanceof Gap ? { kind: 'elsewhere' } : { kind: 'final', text: 'no' }),
    wait: (ms) => {
      seen.waits.push(ms)
      return Promise.resolve()
    },
    now: () => seen.clock,
  }
  return { server, seen }
}

const SIZE = 3 * PART_BYTES + 5
const never = () => false

describe('upload', () => {
  it('sends whole parts and the rest', async () => {
    const { server, seen } = fake(SIZE)
    const told: Told[] = []
    expect(await upload(blank(0, SIZE), 0, server, (t) => told.push(t), never)).toBe('whole')
    expect(seen.sent).toEqual([[0, PART_BYTES], [PART_BYTES, PART_BYTES], [2 * PART_BYTES, PART_BYTES], [3 * PART_BYTES, 5]])
    expect(told.at(-1)).toMatchObject({ uploaded: SIZE, waiting: null })
    expect(told[1]?.rate).toBe(PART_BYTES)
  })
  it('goes on at the offset that is there', async () => {
    const { server, seen } = fake(SIZE, {}, PART_BYTES + 7)
    await upload(blank(0, SIZE), PART_BYTES + 7, server, () => undefined, never)
    expect(seen.sent[0]).toEqual([PART_BYTES + 7, PART_BYTES])
    expect(seen.there).toBe(SIZE)
  })
  it('waits and asks when the connection is lost, and sends the part again', async () => {
    const { server, seen } = fake(SIZE, { 2: 'lost before', 3: 'lost before' })
    const told: Told[] = []
    expect(await upload(blank(0, SIZE), 0, server, (t) => told.push(t), never)).toBe('whole')
    expect(seen.waits).toEqual([500, 1000])
    expect(seen.there).toBe(SIZE)
    expect(told.some((t) => t.waiting === 'away')).toBe(true)
  })
  it('does not send again what landed without an answer', async () => {
    const { server, seen } = fake(SIZE, { 2: 'lost after' })
    await upload(blank(0, SIZE), 0, server, () => undefined, never)
    expect(seen.sent.map(([at]) => at)).toEqual([0, PART_BYTES, 2 * PART_BYTES, 3 * PART_BYTES])
  })
  it('is whole when the last answer was lost', async () => {
    const { server } = fake(SIZE, { 4: 'lost after' })
    expect(await upload(blank(0, SIZE), 0, server, () => undefined, never)).toBe('whole')
  })
  it('asks at once after a gap', async () => {
    const { server, seen } = fake(SIZE)
    await upload(blank(0, SIZE), PART_BYTES, server, () => undefined, never)
    expect(seen.waits).toEqual([])
    expect(seen.sent[0]).toEqual([0, PART_BYTES])
  })
  it('does not spin on a gap that stays', async () => {
    const { server, seen } = fake(SIZE, { 1: 'gap', 2: 'gap', 3: 'gap' })
    expect(await upload(blank(0, SIZE), 0, server, () => undefined, never)).toBe('whole')
    expect(seen.waits).toEqual([1000, 2000])
  })
  it('throws what no waiting mends', async () => {
    const { server } = fake(SIZE, { 2: 'refused' })
    await expect(upload(blank(0, SIZE), 0, server, () => undefined, never)).rejects.toThrow('no')
  })
  it('stops between parts', async () => {
    const { server, seen } = fake(SIZE)
    expect(await upload(blank(0, SIZE), 0, server, () => undefined, () => seen.calls >= 2)).toBe('stopped')
    expect(seen.there).toBe(2 * PART_BYTES)
  })
})

describe('bounds', () => {
  it.each([[0, null, 500], [1, null, 1000], [5, null, 15000], [40, null, 15000], [0, 4000, 4000], [6, 1000, 15000]])('pause after %i tries, asked %s', (tries, asked, ms) => expect(pauseOf(tries, asked)).toBe(ms))
  it.each([
    ['a.csv', 1, null], ['A.CSV.GZ', 1, null], ['x.jsonl', 1, null], ['x.zst', 1, null], ['x.xlsx', 1, 'ending'], ['a.csv', 0, 'empty'], ['a.csv', FILE_MAX, null], ['a.csv', FILE_MAX + 1, 'large'],
  ])('%s of %i bytes', (name, size, fault) => expect(fileFault({ name, size })).toBe(fault))
  it.each([
    [{ bytes: 5, print: 'a' }, { size: 5, print: 'a' }, null], [{ bytes: 5, print: null }, { size: 5, print: 'b' }, null],
    [{ bytes: 5, print: 'a' }, { size: 6, print: 'a' }, 'size'], [{ bytes: 5, print: 'a' }, { size: 5, print: 'b' }, 'content'],
  ])('the same file? %j %j', (begun, file, fault) => expect(mismatch(begun, file)).toBe(fault))
})
