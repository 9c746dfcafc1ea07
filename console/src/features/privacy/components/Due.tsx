// SPDX-License-Identifier: Apache-2.0
// When an answer is due, and what is left until then.
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { useFormat } from '@/base/format'
import { Status, Time, type Tone } from '@/ui/bits'
import { type Left, leftOf } from '../due'
import { isOver, type PrivacyRequest } from '../model'

/** The browser's clock, anew every half a minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30000)
    return () => clearInterval(timer)
  }, [])
  return now
}

const TONES: Record<Left['state'], Tone> = { overdue: 'bad', today: 'warn', soon: 'warn', later: 'plain' }

function useLeftText() {
  const { t } = useLingui()
  return ({ state, days }: Left): string => {
    if (state === 'overdue') return days === 0 ? t`Overdue` : plural(days, { one: '# day overdue', other: '# days overdue' })
    return state === 'today' ? t`Due today` : plural(days, { one: '# day left', other: '# days left' })
  }
}

export function Due({ of, now }: { of: PrivacyRequest; now: number }) {
  const { t } = useLingui()
  const { zone } = useFormat()
  const text = useLeftText()
  if (of.channel === 'register') return <span className="pt-faint">{t`at once`}</span>
  if (isOver(of.state)) return <span className="pt-faint"><Time at={of.due_at} style="date" /></span>
  const left = leftOf(of.due_at, now, zone)
  return <span className="pr-due"><Status tone={TONES[left.state]}>{text(left)}</Status> <Time at={of.due_at} style="date" /></span>
}
