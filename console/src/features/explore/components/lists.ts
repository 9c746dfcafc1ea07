// SPDX-License-Identifier: Apache-2.0
// Lists of what is edited, by the ids that their items keep.
export const replaced = <T extends { id: number }>(all: readonly T[], id: number, change: Partial<T>): T[] => all.map((one) => (one.id === id ? { ...one, ...change } : one))
export const without = <T extends { id: number }>(all: readonly T[], id: number): T[] => all.filter((one) => one.id !== id)
/** A, B, C. */
export const letter = (i: number) => String.fromCharCode(65 + i)
