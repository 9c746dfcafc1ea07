// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import type { Reason } from '../filter'
import type { Counts } from '../model'
import { reasons } from './reasons'

/** Bars with their names and figures, most frequent first; each filters by its reason, once more lifts it. */
export function ReasonCounts({ counts, chosen, onChoose }: { counts: Counts; chosen: Reason | undefined; onChoose: (reason: Reason | null) => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const rows = [...counts.of].sort((a, b) => b[1] - a[1])
  if (rows.length === 0) return null
  const most = rows[0]?.[1] ?? 1
  const looked = format.integer(counts.looked)
  return (
    <section className="qu-counts" aria-label={t`By reason`}>
      <p className="pt-soft">
        {counts.complete
          ? <span>{plural(counts.looked, { one: '# event, by reason', other: '# events, by reason' })}</span>
          : <Trans>The newest {looked} by reason; there are more</Trans>}
      </p>
      <ul>
        {rows.map(([reason, n]) => (
          <li key={reason}>
            <button type="button" aria-pressed={reason === chosen} onClick={() => onChoose(reason === chosen ? null : reason)}>
              <span className="qu-name">{i18n._(reasons[reason].name)}</span>
              <svg className="qu-bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">
                <rect width={Math.max(1, (100 * n) / most)} height="8" />
              </svg>
              <span className="pt-num">{format.integer(n)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
