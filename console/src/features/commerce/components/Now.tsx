// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import type { Store } from '../model'
import { nows } from '../words'
import '../commerce.css'

const clocks = new Map<string, Intl.DateTimeFormat | null>()

/** The clock of a store; null where this browser does not know a zone that the server knows. */
function clockOf(locale: string, zone: string): Intl.DateTimeFormat | null {
  const key = `${locale} ${zone}`
  let clock = clocks.get(key)
  if (clock === undefined) {
    try {
      clock = new Intl.DateTimeFormat(locale, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone })
    } catch {
      clock = null
    }
    clocks.set(key, clock)
  }
  return clock
}

/** Open or closed, and when that changes, in the store's own zone. */
export function Now({ now, zone }: { now: Store['now']; zone: string }) {
  const { i18n } = useLingui()
  const { locale } = useFormat()
  const { name, tone } = nows[now.state]
  const at = now.changes_at === null ? null : (clockOf(locale, zone)?.format(Date.parse(now.changes_at)) ?? null)
  return (
    <span className="cm-now">
      <Status tone={tone} dot>{i18n._(name)}</Status>
      {at !== null && <span className="pt-soft">{now.state === 'open' ? <Trans>until {at}</Trans> : <Trans>opens {at}</Trans>}</span>}
    </span>
  )
}
