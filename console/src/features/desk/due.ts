// SPDX-License-Identifier: Apache-2.0
// What is left of a promise.

/** In words of two units at most: a part of a minute counts as one, so that nobody reads 0 minutes while there is time. */
export type Left = { late: boolean; days: number; hours: number; minutes: number }

const MINUTE = 60000

export function leftOf(dueAt: number, now: number): Left {
  const late = now > dueAt
  const minutes = late ? Math.max(1, Math.floor((now - dueAt) / MINUTE)) : Math.ceil((dueAt - now) / MINUTE)
  const hours = Math.floor(minutes / 60)
  return hours >= 48 ? { late, days: Math.floor(hours / 24), hours: hours % 24, minutes: 0 } : { late, days: 0, hours, minutes: minutes % 60 }
}
