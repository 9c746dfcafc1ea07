// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import type { Definition } from '../model'

/** Live, or how far the history has been worked through. */
export function State({ of }: { of: Pick<Definition, 'state' | 'progress'> }) {
  const { t } = useLingui()
  const format = useFormat()
  if (of.state === 'live') return <Status tone="good" dot>{t`Live`}</Status>
  const share = format.percent(of.progress, 0)
  return (
    <span className="co-state">
      <span className="co-bar" role="progressbar" aria-label={t`History worked through`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(of.progress * 100)}><span style={{ inlineSize: `${Math.max(2, of.progress * 100)}%` }} /></span>
      <span className="pt-soft">{t`${share} of the history`}</span>
    </span>
  )
}
