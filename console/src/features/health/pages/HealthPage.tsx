// SPDX-License-Identifier: Apache-2.0
import '../health.css'
import { Trans, useLingui } from '@lingui/react/macro'
import { Select } from '@mantine/core'
import { useFormat } from '@/base/format'
import { oneOf, useUrl } from '@/base/url'
import { Status, Time, ZoneNote } from '@/ui/bits'
import { Page } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { Alerts } from '../components/Alerts'
import { TONES, useNames } from '../components/Names'
import { Parts } from '../components/Parts'
import { SeriesCharts } from '../components/SeriesCharts'
import { HealthTabs } from '../components/Tabs'
import { useHealth } from '../model'

const SPANS = ['60', '15', '360', '1440'] as const

export function HealthPage() {
  const { t } = useLingui()
  const format = useFormat()
  const names = useNames()
  const [url, setUrl] = useUrl()
  const query = useHealth()
  const span = oneOf(url.span, SPANS)
  const spans: Record<(typeof SPANS)[number], string> = { 15: t`Last 15 minutes`, 60: t`Last hour`, 360: t`Last 6 hours`, 1440: t`Last 24 hours` }
  return (
    <Page
      title={t`Health`} note={<><Trans>How the server itself is doing.</Trans> <ZoneNote /></>}
      actions={(
        <Select
          aria-label={t`Span of the charts`} w={170} allowDeselect={false} value={span} data={['15', '60', '360', '1440'].map((value) => ({ value, label: spans[value as '60'] }))}
          onChange={(value) => setUrl({ span: value === '60' ? null : value })}
        />
      )}
    >
      <HealthTabs />
      <Loaded query={query} rows={10}>
        {(health) => {
          const up = format.duration(Date.parse(health.checked_at) - Date.parse(health.started_at))
          const engine = health.engine === 'postgresql' ? 'PostgreSQL' : 'SQLite'
          const version = health.version
          return (
            <>
              <div className="pt-row">
                <Status tone={TONES[health.state]} dot>{names.state[health.state]}</Status>
                {!health.ready && <Status tone="bad">{t`Does not take events now`}</Status>}
                <span className="pt-soft"><Trans>Patron {version} on {engine}, running for {up}, checked at <Time at={health.checked_at} style="time" /></Trans></span>
              </div>
              <Alerts />
              <Parts components={health.components} />
            </>
          )
        }}
      </Loaded>
      <SeriesCharts minutes={Number(span)} />
    </Page>
  )
}
