// SPDX-License-Identifier: Apache-2.0
// Lines over time. The drawing comes in a chunk of its own; the same figures as a table are one key away.
import { useLingui } from '@lingui/react/macro'
import { ActionIcon, Tooltip } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { Icon } from './icons'

export type Line = {
  name: string
  values: readonly (number | null)[]
  /** Index of the line that it is compared with: in its colour, thin and dashed. */
  beside?: number
}

export type ChartProps = {
  label: string
  /** UTC ms, rising. */
  times: readonly number[]
  lines: readonly Line[]
  /** Beside the label, where the values do not say it. */
  unit?: string
  /** Behind the label: the newest value, say. */
  note?: string
  height?: number
  /** How a value is written; the default is a number with one digit. */
  write?: (value: number) => string
  /** What happened when, drawn as upright lines. */
  marks?: readonly { at: number; name: string }[]
  /** The times are periods: only they are named below the line, as this says. */
  writeTime?: (at: number) => string
  /** A click on a point: index of its line and of its time. */
  onPick?: (line: number, time: number) => void
}

const Plot = lazy(() => import('./Plot').then((m) => ({ default: m.Plot })))

export function Chart(props: ChartProps) {
  const { t } = useLingui()
  const format = useFormat()
  const [asTable, setAsTable] = useState(false)
  const height = props.height ?? 180
  const long = (props.times.at(-1) ?? 0) - (props.times[0] ?? 0) > 86400000
  const write = props.write ?? ((value: number) => format.number(value))
  useShortcuts([{ keys: 't', label: t`Chart or table`, group: t`Charts`, run: () => setAsTable((now) => !now) }])
  return (
    <figure className="pt-chart" aria-label={props.unit ? `${props.label}, ${props.unit}` : props.label}>
      <figcaption>
        <span className="pt-grow">{props.label} <span className="pt-faint">{props.unit}</span></span>
        {props.note !== undefined && <span className="pt-soft">{props.note}</span>}
        <Tooltip label={asTable ? t`Show the chart` : t`Show the figures as a table`}>
          <ActionIcon aria-label={asTable ? t`Show the chart` : t`Show the figures as a table`} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Icon name={asTable ? 'chart' : 'table'} />
          </ActionIcon>
        </Tooltip>
      </figcaption>
      {asTable ? (
        <div className="pt-chart-table" style={{ height }} tabIndex={0} role="region" aria-label={props.label}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t`Time`}</th>
                {props.lines.map((line) => <th key={line.name} scope="col" className="pt-num">{line.name}</th>)}
              </tr>
            </thead>
            <tbody>
              {props.times.map((at, i) => (
                <tr key={at}>
                  <th scope="row">{long ? format.dateTime(at) : format.time(at)}</th>
                  {props.lines.map((line) => {
                    const value = line.values[i]
                    return <td key={line.name} className="pt-num">{value === null || value === undefined ? '–' : write(value)}</td>
                  })}
                </tr>
              )).reverse()}
            </tbody>
          </table>
        </div>
      ) : (
        <Suspense fallback={<div style={{ height }} className="pt-chart-wait" />}>
          <Plot {...props} height={height} write={write} />
        </Suspense>
      )}
    </figure>
  )
}
