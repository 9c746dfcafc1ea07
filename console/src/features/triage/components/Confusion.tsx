// SPDX-License-Identifier: Apache-2.0
// Who is taken for whom, of the texts held out: a square of counts, darker where more of the row.
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { mistakesOf, squareOf } from '../figures'
import type { Model } from '../model'

export function Confusion({ of, nameOf }: { of: Model; nameOf: (label: string) => string }) {
  const { t } = useLingui()
  const format = useFormat()
  const { labels, counts, left } = squareOf(of.metrics)
  const mistakes = mistakesOf(of.metrics)
  return (
    <>
      {mistakes.length > 0 && (
        <ul className="tr-mistakes">
          {mistakes.map(({ is, said, count }) => {
            const [a, b, n] = [nameOf(is), nameOf(said), format.integer(count)]
            return <li key={`${is} ${said}`}><Trans><b><bdi>{a}</bdi></b> was taken for <b><bdi>{b}</bdi></b>: {n}</Trans></li>
          })}
        </ul>
      )}
      <div className="pt-scroll" tabIndex={0} role="region" aria-label={t`Who is taken for whom`}>
        <table className="tr-heat">
          <caption className="pt-faint"><Trans>Rows: what it is. Columns: what the model said, by the row's number.</Trans>{left > 0 && <> <Trans>Labels with fewer texts that are left out: {left}.</Trans></>}</caption>
          <thead><tr><td />{labels.map((label, i) => <th key={label} scope="col" title={nameOf(label)}>{format.integer(i + 1)}<span className="pt-hidden">{nameOf(label)}</span></th>)}</tr></thead>
          <tbody>
            {labels.map((label, i) => {
              const row = counts[i] ?? []
              const sum = row.reduce((a, b) => a + b, 0)
              return (
                <tr key={label}>
                  <th scope="row"><span className="pt-faint">{format.integer(i + 1)}</span> <bdi>{nameOf(label)}</bdi></th>
                  {row.map((count, k) => <td key={labels[k]} data-right={i === k} data-heat={count === 0 ? 0 : Math.ceil((count / sum) * 4)} title={t`${nameOf(label)}, said ${nameOf(labels[k] ?? '')}`}>{count === 0 ? '' : format.integer(count)}</td>)}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </>
  )
}
