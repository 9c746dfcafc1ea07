// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { usePulse } from '@/base/pulse'
import { ratesOf } from '@/base/rates'
import { Spark } from '@/ui/Spark'
import type { Source } from '../model'

const POINTS = 60

/** Events a second now, and the minute before; the scale is the same for all sources of the list. */
export function Rate({ source, all }: { source: Source; all: readonly Source[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const { history } = usePulse()
  const rates = ratesOf(history, source.number, POINTS)
  const now = rates.at(-1)
  const max = Math.max(1, ...all.flatMap((s) => ratesOf(history, s.number, POINTS).filter((r) => r !== null)))
  if (now === null || now === undefined) return <span className="pt-faint">{t`measuring`}</span>
  const text = format.number(now, now < 10 ? 1 : 0)
  return (
    <span className="pt-row">
      <Spark values={rates} max={max} label={t`Events a second in the last minute, now ${text}`} />
      <span>{t`${text}/s`}</span>
    </span>
  )
}
