// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Icon } from '@/ui/icons'
import { changeOf, type Measure, percentText, type Rate } from '../figures'
import { measures } from '../words'

/** Up or down against the period before, where it is more than chance. */
export function Compared({ now, before }: { now: Rate; before: Rate }) {
  const { t } = useLingui()
  const format = useFormat()
  const change = changeOf(now, before)
  if (before.share === null) return now.share === null ? null : <span className="pt-faint">{t`nothing before`}</span>
  const share = percentText(format, before.share)
  if (change === 'worse') return <span className="pt-text-warn qu-change"><Icon name="up" size={12} />{t`from ${share}`}</span>
  if (change === 'better') return <span className="pt-text-good qu-change"><Icon name="down" size={12} />{t`from ${share}`}</span>
  return <span className="pt-faint">{t`before ${share}`}</span>
}

/** "1.2 %" and of how many; on hover what counts. */
export function RateText({ measure, now }: { measure: Measure; now: Rate }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const { text, of } = measures[measure]
  const [count, all, few] = [format.integer(now.count), format.integer(now.of), format.short(now.of)]
  const base = i18n._(of)
  if (now.share === null) return <span className="pt-faint">{t`no data`}</span>
  return (
    <span className="qu-rate" title={`${i18n._(text)}. ${t`${count} of ${all}`} (${base})`}>
      <span className="qu-share">{percentText(format, now.share)}</span>
      <span className="pt-faint">{t`of ${few}`}</span>
    </span>
  )
}
