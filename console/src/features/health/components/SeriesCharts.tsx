// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Chart } from '@/ui/Chart'
import { Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { timesOf, type Unit, write } from '../figures'
import { type SeriesName, useSeries } from '../model'
import { useNames } from './Names'

const SHOWN: readonly SeriesName[] = ['events_per_s', 'ack_p99_ms', 'view_lag_records', 'rss_bytes', 'disk_free_bytes', 'bytes_per_s']

function One({ name, minutes }: { name: SeriesName; minutes: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = useNames()
  const query = useSeries(name, minutes)
  const units: Record<string, string> = { bytes: t`bytes`, records: t`records`, ms: t`ms`, per_second: t`a second` }
  return (
    <Panel label={names.series[name]}>
      <Loaded query={query} rows={4}>
        {(series) => (
          <Chart
            label={names.series[name]} unit={units[series.unit] ?? series.unit} height={150} times={timesOf(series.from, series.step_s, series.points.length)}
            lines={[{ name: names.series[name], values: series.points }]} write={(value) => write(format, value, series.unit as Unit)}
          />
        )}
      </Loaded>
    </Panel>
  )
}

export function SeriesCharts({ minutes }: { minutes: number }) {
  return <div className="pt-charts">{SHOWN.map((name) => <One key={name} name={name} minutes={minutes} />)}</div>
}
