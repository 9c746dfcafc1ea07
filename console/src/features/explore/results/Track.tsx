// SPDX-License-Identifier: Apache-2.0
// A difference on a line with zero: the band in which it lies, and where it is most likely. What it shows is said beside it.
import type { Between } from '../answer'
import { placeOn, type Scale } from '../sure'

export type Tone = 'plain' | 'soft' | 'bad' | 'good'

export function Track({ between: { difference, low, high }, scale, tone }: { between: Between; scale: Scale; tone: Tone }) {
  const at = (value: number) => `${placeOn(scale, value).toFixed(2)}%`
  return (
    <span className={`ex-track ex-track-${tone}`} aria-hidden="true">
      <span className="ex-track-zero" style={{ insetInlineStart: at(0) }} />
      {low !== null && high !== null && <span className="ex-track-band" style={{ insetInlineStart: at(low), width: `${(placeOn(scale, high) - placeOn(scale, low)).toFixed(2)}%` }} />}
      {difference !== null && <span className="ex-track-dot" style={{ insetInlineStart: at(difference) }} />}
    </span>
  )
}
