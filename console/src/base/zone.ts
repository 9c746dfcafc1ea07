// SPDX-License-Identifier: Apache-2.0
// What a clock on the wall of a zone shows, as an instant. Of an hour that comes twice the first; one that the clock leaves out counts on.

/** What the wall clock is ahead of UTC, ms. */
function aheadOf(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as Record<string, number>
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/** wall: what the clock shows, taken as UTC ms. */
function instantAt(wall: number, zone: string): number {
  // the second look is for a clock that is put forward or back in between
  const near = wall - aheadOf(wall, zone)
  return wall - aheadOf(near, zone)
}

/** '2026-11-22T18:30' of the zone as an instant; null when it is none. */
export function instantOf(local: string, zone: string): string | null {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN
  return Number.isNaN(wall) ? null : new Date(instantAt(wall, zone)).toISOString()
}

/** Begin of a day (2026-03-29) of the zone, `plus` days later, in UTC ms; null when it is no day. */
export function startOfDay(text: string, zone: string, plus = 0): number | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  return year === undefined ? null : instantAt(Date.UTC(Number(year), Number(month) - 1, Number(day) + plus), zone)
}
