// SPDX-License-Identifier: Apache-2.0
// How urgent, how long, in which state: always in words, colour only repeats them.
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { leftOf } from '../due'
import type { Ticket } from '../model'
import { clocks, moods, states, waits } from '../words'

/** Urgency from which on somebody presses, as lists have it. */
const PRESSING = 0.5
/** From here on seconds are shown. */
const NEAR_MS = 10 * 60000

export function Priority({ of, large = false }: { of: number; large?: boolean }) {
  const { t } = useLingui()
  return <span className={`dk-p dk-p${of} ${large ? 'dk-p-large' : ''}`} title={t`Priority ${of} of 5`}>P{of}</span>
}

/** 1 hr 52 min, or 9:41 where it is near. */
export function useLeftText() {
  const format = useFormat()
  return (dueAt: number, now: number): string => {
    const { late, days, hours, minutes } = leftOf(dueAt, now)
    if (!late && dueAt - now < NEAR_MS) {
      const seconds = Math.floor((dueAt - now) / 1000)
      return `${format.integer(Math.floor(seconds / 60))}:${new Intl.NumberFormat(format.locale, { minimumIntegerDigits: 2 }).format(seconds % 60)}`
    }
    const parts = ([[days, 'day'], [hours, 'hour'], [minutes, 'minute']] as const).filter(([n]) => n > 0)
    return (parts.length === 0 ? [[0, 'minute'] as const] : parts).map(([n, unit]) => format.unit(n, unit, 0)).join(' ')
  }
}

/** What is left of the promise that is due next. */
export function SlaChip({ of, now }: { of: Pick<Ticket, 'due_at' | 'due_state' | 'due_clock'>; now: number }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const left = useLeftText()
  if (of.due_state === 'none') return null
  const clock = of.due_clock === null ? '' : i18n._(clocks[of.due_clock].name)
  if (of.due_at === null) return of.due_state === 'paused' ? <span className="dk-sla" title={clock}><Icon name="pause" size={12} />{t`Paused`}</span> : null
  const due = Date.parse(of.due_at)
  const text = left(due, now)
  const late = now > due
  const [tone, icon, words] = of.due_state === 'paused' && !late ? (['plain', 'pause', t`Paused`] as const)
    : late ? (['bad', 'warn', t`Late by ${text}`] as const)
      : of.due_state === 'at_risk' ? (['warn', 'clock', t`At risk, ${text} left`] as const) : (['plain', 'clock', t`${text} left`] as const)
  return <span className={`dk-sla dk-sla-${tone}`} title={`${clock}: ${format.dateTime(due)}`}><Icon name={icon} size={12} />{words}</span>
}

export function StateChip({ of }: { of: Pick<Ticket, 'state' | 'waiting_for'> }) {
  const { i18n } = useLingui()
  const { name, tone } = states[of.state]
  return <Status tone={tone}>{of.state === 'waiting' && of.waiting_for !== '' ? i18n._(waits[of.waiting_for]) : i18n._(name)}</Status>
}

/** Told only of those that are upset, or press; the numbers stand behind the words. */
export function MoodChip({ of }: { of: Pick<Ticket, 'mood' | 'sentiment' | 'sentiment_lowest' | 'tone_urgency'> }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const upset = of.mood === 'negative' || of.mood === 'very_negative'
  const urgent = (of.tone_urgency ?? 0) >= PRESSING
  if (of.sentiment === null || (!upset && !urgent)) return null
  const [latest, lowest, pressing] = [format.number(of.sentiment, 2), format.number(of.sentiment_lowest ?? 0, 2), format.number(of.tone_urgency ?? 0, 2)]
  const words = [upset ? i18n._(moods[of.mood]) : '', urgent ? t`pressing` : ''].filter(Boolean).join(', ')
  return <span className="dk-mood" title={t`Tone of the latest message from -1 to 1: ${latest}; the lowest: ${lowest}; urgency from 0 to 1: ${pressing}`}>{words}</span>
}

export function MajorMark() {
  const { t } = useLingui()
  return <Status tone="bad"><Icon name="warn" size={12} />{t`Major incident`}</Status>
}
