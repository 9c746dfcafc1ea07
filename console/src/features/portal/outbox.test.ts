// SPDX-License-Identifier: Apache-2.0
import { beforeEach, expect, test, vi } from 'vitest'
import { outbox, type Unsent } from './outbox'

const kept = new Map<string, string>()
vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) })

const away = new Error('away')
const refusal = (why: unknown) => (why === away ? null : (why as Error).message)
const one = (key: string, account = 'anna'): Unsent => ({ key, account, title: 'Till fault', at: '2026-05-04T09:00:00Z', body: { category: 'till_fault' } })

beforeEach(() => {
  kept.clear()
  vi.useFakeTimers()
})

test('what cannot be sent stays, survives a reload, and goes out once, by the same key', async () => {
  const send = vi.fn().mockRejectedValue(away)
  const first = outbox({ send, refusal })
  expect(await first.add(one('a'))).toBeNull()
  const keys: string[] = []
  const again = outbox({ send: (x) => Promise.resolve((keys.push(x.key), 'INC-1001')), refusal })
  expect(again.all()).toHaveLength(1)
  again.begin('anna')
  await vi.runAllTimersAsync()
  expect([keys, again.all(), kept.get('patron.portal.unsent')]).toEqual([['a'], [], '[]'])
})

test('it is tried again by itself', async () => {
  const send = vi.fn().mockRejectedValueOnce(away).mockRejectedValueOnce(away).mockResolvedValue('INC-1001')
  const box = outbox({ send, refusal })
  box.begin('anna')
  await box.add(one('a'))
  await vi.advanceTimersByTimeAsync(20000)
  expect([send.mock.calls.length, box.all()]).toEqual([3, []])
})

test('nobody sends what another person typed', async () => {
  const send = vi.fn().mockResolvedValue('INC-1001')
  kept.set('patron.portal.unsent', JSON.stringify([one('a')]))
  const box = outbox({ send, refusal })
  box.begin('ben')
  await vi.runAllTimersAsync()
  expect([send.mock.calls.length, box.all().length]).toEqual([0, 1])
})

test('what the server refuses waits for its person, with the reason', async () => {
  const send = vi.fn().mockRejectedValue(new Error('store: is none of yours'))
  const box = outbox({ send, refusal })
  box.begin('anna')
  await box.add(one('a'))
  await vi.runAllTimersAsync()
  expect([send.mock.calls.length, box.all()[0]?.refused]).toEqual([1, 'store: is none of yours'])
  box.drop('a')
  expect(box.all()).toEqual([])
})

test('what stands in the storage and is no report is passed over', () => {
  for (const text of ['nonsense', '{}', '[1, null, {"key": 1}]']) {
    kept.set('patron.portal.unsent', text)
    expect(outbox({ send: () => Promise.resolve(''), refusal }).all()).toEqual([])
  }
})

test('what another tab has written stays, and what it has sent does not come back', async () => {
  const send = vi.fn().mockRejectedValue(away)
  const [here, there] = [outbox({ send, refusal }), outbox({ send, refusal })]
  await here.add(one('a'))
  await there.add(one('b'))
  expect(outbox({ send, refusal }).all().map((x) => x.key)).toEqual(['a', 'b'])
  here.drop('a')
  there.drop('b')
  expect(kept.get('patron.portal.unsent')).toBe('[]')
})

test('what is being sent is not sent beside it', async () => {
  let answer: (ticket: string) => void = () => undefined
  const send = vi.fn(() => new Promise<string>((resolve) => { answer = resolve }))
  const box = outbox({ send, refusal })
  box.begin('anna')
  const sent = box.add(one('a'))
  await box.flush()
  answer('INC-1001')
  expect([await sent, send.mock.calls.length, box.all()]).toEqual(['INC-1001', 1, []])
})
