// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest'
import type { EventPage } from './model'

// the client asks where it is as soon as it is loaded
vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))
vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en'], userAgent: '' }))
const { withNewest } = await import('./model')

const page = (...positions: number[]) => ({ data: positions.map((position) => ({ _patron: { position } })), next_cursor: 'c' }) as unknown as EventPage
const told = (result: ReturnType<typeof withNewest>) => result && { added: result.added, pages: result.pages.map((one) => one.data.map((event) => event._patron.position)) }

describe('withNewest', () => {
  it('puts what is new before what is there, each once', () => {
    expect(told(withNewest([page(5, 4), page(3)], page(7, 6, 5)))).toEqual({ added: 2, pages: [[7, 6, 5, 4], [3]] })
  })
  it('changes nothing when nothing is new', () => expect(told(withNewest([page(5, 4)], page(5, 4)))).toEqual({ added: 0, pages: [[5, 4]] }))
  it('begins a list that was empty', () => expect(told(withNewest([page()], page(2, 1)))).toEqual({ added: 2, pages: [[2, 1]] }))
  it('says that a hole would be left', () => expect(withNewest([page(3, 2)], page(9, 8))).toBeNull())
  it('keeps where the next page begins', () => expect(withNewest([page(1)], page(2, 1))?.pages[0]?.next_cursor).toBe('c'))
})
