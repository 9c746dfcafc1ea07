// SPDX-License-Identifier: Apache-2.0

/** True when every word of the search begins, or stands inside, some word of the text; case and accents do not matter. */
export function matches(text: string, search: string): boolean {
  const plain = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const within = plain(text)
  return plain(search).split(/\s+/).filter(Boolean).every((word) => within.includes(word))
}
