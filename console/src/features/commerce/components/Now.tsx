// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import type { Store } from '../model'
import { nows } from '../words'
import '../commerce.css'

/** Open or closed, and when that changes, in the store's own zone. */
export function Now({ now, zone }: { now: Store['now']; zone: string }) {
  const { i18n } = useLingui()
  const { locale } = useFormat()
  const { name, tone } = nows[now.state]
  const at = now.changes_at === null ? null : new Intl.DateTimeFormat(locale, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(Date.parse(now.changes_at))
  return (
    <span className="cm-now">
      <Status tone={tone} dot>{i18n._(name)}</Status>
      {at !== null && <span className="pt-soft">{now.state === 'open' ? <Trans>until {at}</Trans> : <Trans>opens {at}</Trans>}</span>}
    </span>
  )
}
