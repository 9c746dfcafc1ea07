// SPDX-License-Identifier: Apache-2.0
// What a search found, shown within the text.

export type Piece = { text: string; hit: boolean }

const fold = (letter: string) => letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The text in pieces, those that a word of the search names marked. Case and accents do not matter; typing errors are not looked for. */
export function marked(text: string, search: string): Piece[] {
  const letters = [...text]
  const home: number[] = []
  let folded = ''
  letters.forEach((letter, i) => {
    const plain = fold(letter)
    for (let n = 0; n < plain.length; n += 1) home.push(i)
    folded += plain
  })
  const hits = letters.map(() => false)
  for (const word of search.split(/\s+/).map((one) => [...one].map(fold).join('')).filter((one) => one !== '')) {
    const at = folded.indexOf(word)
    for (let i = at; at >= 0 && i < at + word.length; i += 1) hits[home[i] ?? 0] = true
  }
  const pieces: Piece[] = []
  letters.forEach((letter, i) => {
    const last = pieces.at(-1)
    const hit = hits[i] ?? false
    if (last?.hit === hit) last.text += letter
    else pieces.push({ text: letter, hit })
  })
  return pieces
}

/** Digits and a leading plus: what a phone dials. */
export function dialled(phone: string): string {
  return phone.replace(/(?!^\+)\D/g, '')
}
