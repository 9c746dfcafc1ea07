// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { SegmentedControl } from '@mantine/core'
import { oneOf, useUrl } from '@/base/url'
import { type Period, PERIODS } from '../figures'
import { periods } from '../words'

export function usePeriod(): Period {
  return oneOf(useUrl()[0].period, PERIODS)
}

export function PeriodChoice() {
  const { t, i18n } = useLingui()
  const [, setUrl] = useUrl()
  const value = usePeriod()
  return (
    <SegmentedControl
      aria-label={t`Period`} value={value} data={(['24h', '7d', '30d', '90d'] as const).map((one) => ({ value: one, label: i18n._(periods[one]) }))}
      onChange={(one) => setUrl({ period: one === PERIODS[0] ? null : one })}
    />
  )
}
