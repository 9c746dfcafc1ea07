// SPDX-License-Identifier: Apache-2.0
// Ids out of names.

/** Small letters, digits and _, the first a letter, at most 60; empty where a name has no Latin letter. */
export function slugOf(name: string): string {
  return name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[_0-9]+|_+$/g, '').slice(0, 60)
}
