// SPDX-License-Identifier: Apache-2.0

export const ADDRESSES_MAX = 10000

/** What is typed or pasted: one address a line, or parted by commas or semicolons; each once. */
export function addressesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,;]+/).map((one) => one.trim()).filter((one) => one !== ''))]
}
