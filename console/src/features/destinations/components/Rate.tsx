// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { rateOf, type Sample } from '../state'

/** Events a second between the last two looks at the counter. */
export function useRate(delivered: number, at: number): number | null {
  const last = useRef<Sample | undefined>(undefined)
  const [rate, setRate] = useState<number | null>(null)
  useEffect(() => {
    const now = { at, delivered }
    if (last.current?.at !== at) setRate(rateOf(last.current, now))
    last.current = now
  }, [at, delivered])
  return rate
}

export function Rate({ delivered, at }: { delivered: number; at: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const rate = useRate(delivered, at)
  if (rate === null) return <span className="pt-faint">{t`measuring`}</span>
  const text = format.number(rate, rate < 10 ? 1 : 0)
  return <>{t`${text}/s`}</>
}
