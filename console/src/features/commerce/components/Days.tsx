// SPDX-License-Identifier: Apache-2.0
// Local days, one a row: a bar of 24 hours, and the same in words.
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import { placeOf } from '../hours'
import type { Day } from '../model'
import '../commerce.css'

function What({ day }: { day: Day }) {
  const { t } = useLingui()
  const hours = day.windows.map((one) => `${one.from}\u2013${one.to}`).join(', ')
  return (
    <span className="cm-what">
      {hours !== '' ? <span className="pt-ltr">{hours}</span> : <span className="pt-faint">{day.hours ? t`closed` : t`no hours`}</span>}
      {day.holiday && <Status tone="accent">{day.name === '' ? t`Holiday` : day.name}</Status>}
      {day.special && !day.holiday && <Status tone="accent">{t`Other hours`}</Status>}
    </span>
  )
}

export function Days({ days, label, today }: { days: readonly Day[]; label: string; today?: string | undefined }) {
  const format = useFormat()
  const names = new Intl.DateTimeFormat(format.locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
  return (
    <ol className="cm-days" aria-label={label}>
      {days.map((day) => {
        const at = Date.parse(`${day.date}T00:00:00Z`)
        const weekend = [0, 6].includes(new Date(at).getUTCDay())
        return (
          <li key={day.date} className="cm-day" data-today={day.date === today}>
            <time dateTime={day.date} className={weekend ? 'cm-weekend' : undefined}>{names.format(at)}</time>
            <span className="cm-bar" aria-hidden="true">
              {day.windows.map((one) => {
                const { start, length } = placeOf(one)
                return <span key={one.opens_at} style={{ insetInlineStart: `${start * 100}%`, width: `${length * 100}%` }} />
              })}
            </span>
            <What day={day} />
          </li>
        )
      })}
    </ol>
  )
}
