// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { fieldIn } from './components/reasons'
import { filterOf } from './filter'
import { BEGIN, EVENT_BYTES, faultOf, pretty, type Progress, redriveAll, type Step } from './redrive'

describe('redriveAll', () => {
  const steps: Record<number, Step> = {
    0: { redriven: 3, refused: 1, nextFrom: 10 },
    10: { redriven: 2, refused: 0, nextFrom: 25 },
    25: { redriven: 0, refused: 4, nextFrom: null },
  }
  const step = (from: number) => Promise.resolve(steps[from] ?? { redriven: 0, refused: 0, nextFrom: null })

  it('goes on at next_from until there is none, and adds up', async () => {
    const told: Progress[] = []
    const end = await redriveAll(step, (p) => told.push(p), BEGIN, () => false)
    expect(end).toMatchObject({ redriven: 5, refused: 5, done: true })
    expect(told.map((p) => p.at)).toEqual([10, 25, 25])
  })
  it('stops between two steps and can go on from there', async () => {
    let calls = 0
    const half = await redriveAll(step, () => { calls += 1 }, BEGIN, () => calls >= 1)
    expect(half).toMatchObject({ redriven: 3, at: 10, done: false })
    expect(await redriveAll(step, () => undefined, half, () => false)).toMatchObject({ redriven: 5, refused: 5, done: true })
  })
  it('ends when the server stays where it is', async () => {
    const end = await redriveAll(() => Promise.resolve({ redriven: 0, refused: 0, nextFrom: 0 }), () => undefined, BEGIN, () => false)
    expect(end.done).toBe(true)
  })
  it('hands on what a step throws, with the progress told before', async () => {
    const told: Progress[] = []
    const failing = (from: number) => (from === 10 ? Promise.reject(new Error('away')) : step(from))
    await expect(redriveAll(failing, (p) => told.push(p), BEGIN, () => false)).rejects.toThrow('away')
    expect(told.at(-1)).toMatchObject({ redriven: 3, at: 10 })
  })
})

describe('faultOf', () => {
  const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`
  it.each([
    ['an object', '{"type":"track"}', null],
    ['a list', '[]', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['an open brace', '{', 'syntax'],
    ['nothing', '', 'syntax'],
    ['as large as may be', padded(EVENT_BYTES), null],
    ['a byte more', padded(EVENT_BYTES + 1), 'too_large'],
    ['bytes, not characters', `{"a":"${'é'.repeat(EVENT_BYTES / 2)}"}`, 'too_large'],
  ])('%s', (_, text, kind) => expect(faultOf(text)?.kind ?? null).toBe(kind))
  it('names the line', () => expect(faultOf('{\n "a": 1,\n "b" 2\n}')).toMatchObject({ kind: 'syntax', line: 3 }))
})

describe('words', () => {
  it('indents JSON and leaves the rest', () => {
    expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(pretty('{"a":')).toBe('{"a":')
    expect(pretty('{"a": 12345678901234567890, "b":[ ], "c":{}, "d":["x, {\\"y\\"}",1.50]}')).toBe(
      '{\n  "a": 12345678901234567890,\n  "b": [],\n  "c": {},\n  "d": [\n    "x, {\\"y\\"}",\n    1.50\n  ]\n}')
    const mixed = '{"type":"track","list":[[1,[]],{"a":null}],"text":"[{:,"}'
    expect(pretty(mixed)).toBe(JSON.stringify(JSON.parse(mixed), null, 2))
  })
  it('finds the field', () => {
    expect(fieldIn('wrong_type', 'event is a number')).toBe('event')
    expect(fieldIn('no_type', 'type is "x"')).toBe('type')
    expect(fieldIn('too_large', '1 byte')).toBeUndefined()
  })
  it('reads the filter from the address', () => {
    expect(filterOf({ reason: 'no_type', source: 's', state: 'any' })).toEqual({ reason: 'no_type', source: 's', state: 'any' })
    expect(filterOf({ reason: 'nonsense', source: '', state: 'x' })).toEqual({ reason: undefined, source: undefined, state: 'open' })
  })
})
