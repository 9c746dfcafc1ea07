// SPDX-License-Identifier: Apache-2.0
import type { Retention } from './model'

export function sameClass(a: { type?: string; name?: string }, b: { type?: string; name?: string }): boolean {
  return (a.type ?? '') === (b.type ?? '') && (a.name ?? '') === (b.name ?? '')
}

/** The rows that may drop what those before them kept: new ones, and those with fewer days. */
export function stricter(before: readonly Retention[], after: readonly Retention[]): Retention[] {
  return after.filter((row) => !before.some((one) => sameClass(one, row) && one.days <= row.days))
}
