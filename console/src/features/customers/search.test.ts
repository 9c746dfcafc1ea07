// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { dialled, marked } from './search'

const told = (text: string, search: string) => marked(text, search).map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join('')

describe('marked', () => {
  it.each([
    ['Ana Kovač', 'kovac', 'Ana [Kovač]'], ['Ana Kovač', 'ko an', '[An]a [Ko]vač'], ['ana@example.com', 'ANA@', '[ana@]example.com'], ['Ana', '', 'Ana'], ['Ana', 'x', 'Ana'], ['', 'a', ''],
    ['straße 9', '9', 'straße [9]'], ['👩 Ana', 'ana', '👩 [Ana]'],
  ])('%s for %s', (text, search, want) => expect(told(text, search)).toBe(want))
})

describe('dialled', () => {
  it.each([['+44 7700 900123', '+447700900123'], ['(020) 7946-0018', '02079460018'], ['1+1', '11']])('%s', (phone, want) => expect(dialled(phone)).toBe(want))
})
