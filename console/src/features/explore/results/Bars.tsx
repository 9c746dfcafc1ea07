// SPDX-License-Identifier: Apache-2.0
// Lengths to compare, from one zero line. A bar with people behind it is a button.
import { useLingui } from '@lingui/react/macro'
import type { Figure } from '../answer'
import type { Open } from '../components/Figures'

export type Bar = { key: string; name: string; figure: Figure; note?: string; series?: number }

export function Bars({ label, bars, most, onOpen }: { label: string; bars: readonly Bar[]; most?: number; onOpen: Open }) {
  const { t } = useLingui()
  const size = (figure: Figure) => (typeof figure.raw === 'number' ? Math.max(0, figure.raw) : 0)
  const full = most ?? Math.max(0, ...bars.map((bar) => size(bar.figure)))
  return (
    <ul className="pt-items ex-bars" aria-label={label}>
      {bars.map((bar) => {
        const { cell, text, of = '' } = bar.figure
        return (
          <li key={bar.key}>
            <span className="ex-bar-name"><bdi title={bar.name}>{bar.name}</bdi></span>
            <span className="ex-bar-track" aria-hidden="true"><span className={`ex-series-${(bar.series ?? 0) % 4}`} style={{ width: `${full > 0 ? (100 * size(bar.figure)) / full : 0}%` }} /></span>
            <span className="ex-bar-value">
              {cell === undefined ? text : <button type="button" className="ex-number" aria-label={t`${text}: people behind ${of}`} onClick={() => onOpen(cell, of)}>{text}</button>}
              {bar.note !== undefined && <span className="pt-faint"> {bar.note}</span>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
