// SPDX-License-Identifier: Apache-2.0
import { Trans } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Chart } from '@/ui/Chart'
import { Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { newest, timesOf, type Unit, write } from '../figures'
import { type Series, type SeriesName, useSeries } from '../model'
import { useNames } from './Names'

const SHOWN: readonly SeriesName[] = ['events_per_s', 'ack_p99_ms', 'view_lag_records', 'rss_bytes', 'disk_free_bytes', 'bytes_per_s']
const HEIGHT = 150

function Line({ series, name }: { series: Series; name: string }) {
  const format = useFormat()
  // the API's "a second" is of bytes here, of events there
  const unit: Unit = series.name === 'bytes_per_s' ? 'bytes' : series.unit
  const last = newest(series.points)
  if (last === null) {
    return (
      <>
        <h3>{name}</h3>
        <div className="he-none" style={{ height: HEIGHT }}><Trans>Nothing was measured in this span.</Trans></div>
      </>
    )
  }
  return (
    <Chart
      label={name} note={write(format, last, unit)} height={HEIGHT} times={timesOf(series.from, series.step_s, series.points.length)}
      lines={[{ name, values: series.points }]} write={(value) => write(format, value, unit)}
    />
  )
}

function One({ name, minutes }: { name: SeriesName; minutes: number }) {
  const names = useNames()
  const query = useSeries(name, minutes)
  return (
    <Panel>
      {/* that figures are stale is said once, above the parts */}
      {query.data ? <Line series={query.data} name={names.series[name]} /> : <Loaded query={query} rows={4}>{() => null}</Loaded>}
    </Panel>
  )
}

export function SeriesCharts({ minutes }: { minutes: number }) {
  return <div className="he-charts">{SHOWN.map((name) => <One key={name} name={name} minutes={minutes} />)}</div>
}
