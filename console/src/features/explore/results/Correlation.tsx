// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { Empty } from '@/ui/states'
import type { Candidate, Correlation } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import { probabilityText } from '../compare'
import { candidateText, correlationTable, liftText } from '../correlation'
import { betweenText, pointsText, type Scale, scaleOf } from '../sure'
import { numberText, shareText, type Telling } from '../tables'
import { Track } from './Track'

function Row({ one, row, scale, tell, onOpen }: { one: Candidate; row: number; scale: Scale; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const said = candidateText(tell, one)
  const of = `${said.of}: ${said.name}`
  const people = plural(one.with, { one: '# person', other: '# people' })
  const withRate = shareText(tell, one.rate_with)
  const withoutRate = shareText(tell, one.rate_without)
  const q = probabilityText(tell, one.q)
  return (
    <li data-soft={!one.significant}>
      <span className="ex-sure-name"><bdi>{said.name}</bdi> <span className="pt-faint"><bdi>{said.of}</bdi></span></span>
      <Track between={one} scale={scale} tone={one.significant ? 'plain' : 'soft'} />
      <span className="ex-sure-value">
        <strong>{pointsText(tell, one.difference)}</strong> <span>{liftText(tell, one.lift)}</span> <span className="pt-soft">{betweenText(tell, one)}</span>
      </span>
      <span className="ex-sure-more pt-soft">
        <button type="button" className="ex-number" aria-label={t`${people}: people behind ${of}`} onClick={() => onOpen({ row }, of)}>{people}</button>{' '}
        {t`convert at ${withRate}, the others at ${withoutRate}`} · q {q}{!one.significant && ` · ${t`may be chance`}`}
      </span>
    </li>
  )
}

/** What is not in the list, and why. */
function Left({ answer, tell }: { answer: Correlation; tell: Telling }) {
  const { i18n } = useLingui()
  const level = tell.format.percent(answer.level)
  const tested = plural(answer.tested, { one: '# candidate was tested', other: '# candidates were tested' })
  const few = plural(answer.too_few, { one: '# has too few people to be tested', other: '# have too few people to be tested' })
  const rows = plural(answer.rows_left, { one: '# more is not shown', other: '# more are not shown' })
  const values = plural(answer.values_left, { one: '# rare value was left out', other: '# rare values were left out' })
  const skipped = new Intl.ListFormat(i18n.locale).format(answer.skipped.map((one) => one.name))
  return (
    <p className="ex-about pt-soft">
      <span>{tested}</span>
      {answer.too_few > 0 && <span>{few}</span>}
      {answer.rows_left > 0 && <span>{rows}</span>}
      {answer.values_left > 0 && <span>{values}</span>}
      {answer.skipped.length > 0 && <span><Trans>not tested, with too many values: <bdi>{skipped}</bdi></Trans></span>}
      <span><Trans>of those beyond chance up to {level} may be wrong (Benjamini and Hochberg)</Trans></span>
    </p>
  )
}

export function CorrelationResult({ answer, tell, onOpen }: { answer: Correlation; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const table = useMemo(() => correlationTable(tell, answer), [tell, answer])
  const scale = useMemo(() => scaleOf(answer.data), [answer])
  const all = numberText(tell, answer.people_from)
  const converted = plural(answer.converted, { one: '# converted', other: '# converted' })
  const rate = shareText(tell, answer.rate)
  return (
    <>
      <p className="ex-summary">
        <button type="button" className="ex-number" onClick={() => onOpen({}, t`everybody counted`)}>{plural(answer.people_from, { one: '# person', other: '# people' })}</button>{' '}
        {answer.converted > 0 && <button type="button" className="ex-number" onClick={() => onOpen({ converted: true }, t`converted`)}>{converted}</button>}
        <strong>{rate}</strong> <span className="pt-soft">{t`of ${all}`}</span>
      </p>
      <p className="ex-caveat"><Trans>What stands here goes with the conversion; it need not be the reason for it. People who differ in this may differ in more. An experiment can tell.</Trans></p>
      {answer.data.length === 0 ? <Empty title={t`Nothing could be tested`}><Trans>No property and no event has enough people both with it and without it. A longer range or fewer people at least may help.</Trans></Empty> : (
        <Twin label={t`Goes with the conversion`} note={t`difference of the rates in percentage points, lift, interval at 95 %`} file="correlation" table={table} onOpen={onOpen}>
          <ul className="pt-items ex-sure ex-sure-long">
            {answer.data.map((one, row) => <Row key={`${one.of} ${one.name} ${one.value ?? ''}`} one={one} row={row} scale={scale} tell={tell} onOpen={onOpen} />)}
          </ul>
        </Twin>
      )}
      <Left answer={answer} tell={tell} />
    </>
  )
}
