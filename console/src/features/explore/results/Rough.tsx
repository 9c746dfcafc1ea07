// SPDX-License-Identifier: Apache-2.0
// Measures of what is in the way, now and before, with how far the change may be chance.
import { Trans, useLingui } from '@lingui/react/macro'
import { Icon, type IconName } from '@/ui/icons'
import type { Rough } from '../answer'
import type { Open } from '../components/Figures'
import { type Place, roughCell, roughOf, verdicts } from '../friction'
import { isTime, roughBetween, roughChange, roughValue, type Scale, scaleOf, type Verdict, verdictOf } from '../sure'
import { numberText, type Telling } from '../tables'
import { roughMeasures } from '../words'
import { type Tone, Track } from './Track'

const ICONS: Record<Verdict, IconName | null> = { worse: 'warn', better: 'check', same: null, unknown: null }
const CLASSES: Record<Verdict, string> = { worse: 'pt-text-bad', better: 'pt-text-good', same: 'pt-faint', unknown: 'pt-faint' }
const TONES: Record<Verdict, Tone> = { worse: 'bad', better: 'good', same: 'soft', unknown: 'soft' }

export function Judged({ verdict, children }: { verdict: Verdict; children?: React.ReactNode }) {
  const { i18n } = useLingui()
  const icon = ICONS[verdict]
  return <span className={`ex-judged ${CLASSES[verdict]}`}>{icon !== null && <Icon name={icon} size={14} />}{children ?? i18n._(verdicts[verdict])}</span>
}

/** Shares on one scale, lengths of time on another. */
export type Scales = { share: Scale; time: Scale }
export function scalesOf(all: readonly Rough[]): Scales {
  return { share: scaleOf(all.filter((one) => !isTime(one))), time: scaleOf(all.filter(isTime)) }
}

function Value({ place, one, then, tell, onOpen }: { place: Place; one: Rough; then: boolean; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const text = roughValue(tell, one, then ? one.value_then : one.value)
  const n = numberText(tell, then ? one.n_then : one.n)
  const cell = roughCell(place, one, then)
  const of = roughOf(tell, place, one, then)
  return (
    <td className="pt-num">
      {cell === null ? text : <button type="button" className="ex-number" aria-label={t`${text}: people behind ${of}`} onClick={() => onOpen(cell, of)}>{text}</button>}
      <span className="ex-rough-n pt-faint">{t`of ${n}`}</span>
    </td>
  )
}

export function RoughTable({ place, scales, tell, onOpen }: { place: Place; scales: Scales; tell: Telling; onOpen: Open }) {
  const { t, i18n } = useLingui()
  return (
    <table className="ex-rough" aria-label={place.name}>
      <thead>
        <tr><th scope="col"><Trans>People who</Trans></th><th scope="col" className="pt-num"><Trans>Now</Trans></th><th scope="col" className="pt-num"><Trans>Before</Trans></th><th scope="col"><Trans>Change</Trans></th></tr>
      </thead>
      <tbody>
        {place.measures.map((one) => {
          const verdict = verdictOf(one)
          const words = roughMeasures[one.measure]
          const between = roughBetween(tell, one)
          return (
            <tr key={one.measure} data-verdict={verdict}>
              <th scope="row"><span title={i18n._(words.means)}>{i18n._(words.title)}</span> <Judged verdict={verdict} /></th>
              <Value place={place} one={one} then={false} tell={tell} onOpen={onOpen} />
              <Value place={place} one={one} then tell={tell} onOpen={onOpen} />
              <td>
                <Track between={one} scale={isTime(one) ? scales.time : scales.share} tone={TONES[verdict]} />
                <span className="ex-rough-change">{roughChange(tell, one, one.difference)} {between !== null && <span className="pt-faint">{t`(${between})`}</span>}</span>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
