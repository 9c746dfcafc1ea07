// SPDX-License-Identifier: Apache-2.0
// What people made of what was proposed, week by week.
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Time } from '@/ui/bits'
import { Empty } from '@/ui/states'
import type { Week } from '../model'

const PARTS = ['confirmed', 'left', 'corrected'] as const

export function Weeks({ of }: { of: readonly Week[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = { confirmed: t`Confirmed`, left: t`Left as it was`, corrected: t`Corrected` }
  const most = Math.max(1, ...of.map((one) => one.triaged))
  if (of.length === 0) return <Empty title={t`Nothing was proposed yet`}><Trans>Each new ticket whose category nobody chose is read when it is opened. What people make of that stands here.</Trans></Empty>
  return (
    <div className="pt-scroll" tabIndex={0} role="region" aria-label={t`What became of proposals`}>
      <table className="tr-table">
        <thead>
          <tr>
            <th scope="col">{t`Week from`}</th>
            <th scope="col" className="tr-wide">
              <span className="tr-legend">{PARTS.map((part) => <span key={part}><i className="tr-swatch" data-part={part} aria-hidden="true" />{names[part]}</span>)}</span>
            </th>
            <th scope="col" className="pt-num">{t`Tickets`}</th>
            {PARTS.map((part) => <th key={part} scope="col" className="pt-num">{names[part]}</th>)}
            <th scope="col" className="pt-num" title={t`Of those that Patron set by itself`}>{t`Set, then corrected`}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((week) => (
            <tr key={week.from}>
              <th scope="row"><Time at={week.from} style="date" /></th>
              <td aria-hidden="true"><span className="tr-bar" style={{ inlineSize: `${(week.triaged / most) * 100}%` }}>{PARTS.map((part) => week[part] > 0 && <span key={part} data-part={part} style={{ flexGrow: week[part] }} />)}</span></td>
              <td className="pt-num">{format.integer(week.triaged)}</td>
              {PARTS.map((part) => <td key={part} className="pt-num">{format.integer(week[part])} <span className="pt-faint">{week.triaged === 0 ? '' : format.percent(week[part] / week.triaged, 0)}</span></td>)}
              <td className="pt-num">{format.integer(week.set_corrected)} <span className="pt-faint">{t`of ${format.integer(week.set)}`}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
