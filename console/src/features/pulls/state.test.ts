// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { DropFile, Pull } from './model'
import { errorsOf, pullState, type PullState, shortUrl } from './state'

describe('pullState', () => {
  it.each<[Pick<Pull, 'enabled' | 'running' | 'state' | 'runs'>, PullState]>([
    [{ enabled: false, running: true, state: 'stopped', runs: 3 }, 'running'],
    [{ enabled: true, running: false, state: 'stopped', runs: 3 }, 'stopped'],
    [{ enabled: false, running: false, state: 'stopped', runs: 3 }, 'stopped'],
    [{ enabled: false, running: false, state: 'failing', runs: 3 }, 'off'],
    [{ enabled: true, running: false, state: 'failing', runs: 3 }, 'failing'],
    [{ enabled: true, running: false, state: 'ok', runs: 0 }, 'waiting'],
    [{ enabled: true, running: false, state: 'ok', runs: 1 }, 'well'],
  ])('%o: %s', (of, want) => {
    expect(pullState(of)).toBe(want)
  })
})

describe('errorsOf', () => {
  it.each<[Pick<DropFile, 'state' | 'placed' | 'refused'>, string | null]>([
    [{ state: 'done', placed: 'done/a.csv', refused: 0 }, null],
    [{ state: 'done', placed: 'done/a.csv', refused: 1 }, 'done/a.csv.errors.csv'],
    [{ state: 'failed', placed: 'failed/a.csv', refused: 0 }, 'failed/a.csv.errors.csv'],
    [{ state: 'importing', placed: null, refused: 2 }, null],
    [{ state: 'repeated', placed: 'done/a.csv', refused: 0 }, null],
  ])('%o: %s', (file, want) => {
    expect(errorsOf(file)).toBe(want)
  })
})

describe('shortUrl', () => {
  it.each([['https://erp.example/api/orders?c={cursor}', 'erp.example/api/orders'], ['http://erp.example/', 'erp.example'], ['HTTP://a.b/c#d', 'a.b/c']])('%s', (url, want) => {
    expect(shortUrl(url)).toBe(want)
  })
})
