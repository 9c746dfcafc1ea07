// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useParam } from '@/base/url'
import { Time, ZoneNote } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { type Column, DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { Empty, Loaded, NotFound } from '@/ui/states'
import { PeriodChoice, usePeriod } from '../components/PeriodChoice'
import { Compared } from '../components/RateCell'
import { along, MEASURES, type Measure, percentText, shareOf, timesOf } from '../figures'
import { type Field, type One, useSourceQuality } from '../model'
import { measures, periods } from '../words'
import '../quality.css'

function Figures({ one }: { one: One }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const before = format.integer(one.before.received)
  return (
    <dl className="qu-figures">
      <div><dt className="pt-soft">{t`Received`}</dt><dd className="pt-figure-value">{format.short(one.now.received)}</dd><dd className="pt-figure-note">{t`before ${before}`}</dd></div>
      {MEASURES.map((measure) => {
        const { count, of, share } = one.now[measure]
        const [some, all] = [format.integer(count), format.integer(of)]
        const base = i18n._(measures[measure].of)
        return (
          <div key={measure} title={`${i18n._(measures[measure].text)} (${base})`}>
            <dt className="pt-soft">{i18n._(measures[measure].name)}</dt>
            <dd className="pt-figure-value">{share === null ? '–' : percentText(format, share)}</dd>
            <dd className="pt-figure-note">{t`${some} of ${all}`}<br /><Compared now={one.now[measure]} before={one.before[measure]} /></dd>
          </div>
        )
      })}
    </dl>
  )
}

function MeasureChart({ one, measure, times }: { one: One; measure: Measure; times: readonly number[] }) {
  const { i18n } = useLingui()
  const format = useFormat()
  const name = i18n._(measures[measure].name)
  const values = along(times, one.series, (point) => shareOf(point, measure))
  return (
    <Panel>
      <Chart label={name} unit={i18n._(measures[measure].of)} times={times} height={140} lines={[{ name, values }]} write={(value) => percentText(format, value)} />
    </Panel>
  )
}

function Received({ one, times }: { one: One; times: readonly number[] }) {
  const { t } = useLingui()
  const format = useFormat()
  return (
    <Panel>
      <Chart
        label={t`Received`} unit={one.step === 'hour' ? t`events an hour` : t`events a day`} times={times} height={140} write={(value) => format.short(value)}
        lines={[{ name: t`Received`, values: along(times, one.series, (point) => point.received) }]}
      />
    </Panel>
  )
}

/** Late events by how late: bars from zero, each with its number. */
function Lateness({ one }: { one: One }) {
  const { t } = useLingui()
  const format = useFormat()
  const all = one.late_classes.reduce((sum, each) => sum + each.events, 0)
  const most = Math.max(1, ...one.late_classes.map((each) => each.events))
  const { late_p50_ms: half, late_p90_ms: nine } = one.now
  if (all === 0) return null
  const [p50, p90] = [half === null ? '–' : format.duration(half), nine === null ? '–' : format.duration(nine)]
  return (
    <Panel title={t`How late`}>
      <p className="pt-soft"><Trans>Half of the late events came at most {p50} late, nine of ten at most {p90}.</Trans></p>
      <table className="qu-bars">
        <caption className="pt-hidden">{t`Late events by how late they were`}</caption>
        <tbody>
          {one.late_classes.map((each, i) => {
            const edge = format.duration(each.up_to_ms ?? one.late_classes[i - 1]?.up_to_ms ?? 0)
            return (
              <tr key={each.up_to_ms ?? 'more'}>
                <th scope="row">{each.up_to_ms === null ? t`longer than ${edge}` : t`up to ${edge}`}</th>
                <td className="qu-bar"><span style={{ inlineSize: `${(100 * each.events) / most}%` }} /></td>
                <td className="pt-num">{format.integer(each.events)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Panel>
  )
}

function useColumns(mayEvents: boolean): Column<Field>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'field', title: t`Field`, main: true, cell: (one) => <code className="pt-ltr">{one.field}</code>, value: (one) => one.field, width: 'minmax(160px, 1.4fr)' },
    { id: 'kind', title: t`Events`, cell: (one) => <bdi>{one.kind === 'any' ? t`any event` : one.kind}</bdi>, value: (one) => one.kind, width: 'minmax(130px, 1fr)' },
    { id: 'problem', title: t`What is wrong`, cell: (one) => i18n._(measures[one.problem].name), value: (one) => one.problem, width: '140px' },
    { id: 'events', title: t`How many`, cell: (one) => format.integer(one.events), value: (one) => one.events, numeric: true, width: '110px' },
    {
      id: 'samples', title: t`Newest of them`, width: 'minmax(180px, 1.2fr)',
      cell: (one) => (one.samples.length === 0 ? <span className="pt-faint">{t`none kept`}</span> : (
        <span className="qu-samples">{one.samples.map((position) => (mayEvents ? <LinkTo key={position} href={`/live?event=${position}`}>{position}</LinkTo> : <span key={position}>{position}</span>))}</span>
      )),
    },
  ], [t, i18n, format, mayEvents])
}

function Detail({ one }: { one: One }) {
  const { t, i18n } = useLingui()
  const mayEvents = useMay('events.read')
  const columns = useColumns(mayEvents)
  const times = useMemo(() => timesOf(one.from, one.until, one.step), [one.from, one.until, one.step])
  const drawn = MEASURES.filter((measure) => one.now[measure].count > 0)
  const none = MEASURES.filter((measure) => one.now[measure].count === 0 && one.now[measure].of > 0).map((measure) => i18n._(measures[measure].name))
  const names = new Intl.ListFormat(i18n.locale).format(none)
  return (
    <>
      <Figures one={one} />
      {one.now.received + one.now.duplicate.count === 0 ? <p className="pt-soft">{t`No data in this period`}</p> : (
        <div className="qu-charts">
          <Received one={one} times={times} />
          {drawn.map((measure) => <MeasureChart key={measure} one={one} measure={measure} times={times} />)}
          <Lateness one={one} />
        </div>
      )}
      {none.length > 0 && <p className="pt-soft">{t`None in this period: ${names}`}</p>}
      <DataTable
        label={t`Worst fields`} columns={columns} rows={one.fields} rowId={(field) => `${field.kind} ${field.field} ${field.problem}`} maxRows={20} csv="worst-fields"
        tools={<h2>{t`Worst fields`} <span className="pt-faint qu-light">{plural(one.fields.length, { one: '# field', other: '# fields' })}</span></h2>}
        empty={<Empty title={t`No field is missing, malformed or conflicting`}><Trans>What is wrong with a field of this source's events is listed here, with the newest events that show it.</Trans></Empty>}
      />
    </>
  )
}

function Note({ one }: { one: One }) {
  const { t, i18n } = useLingui()
  const period = i18n._(periods[usePeriod()])
  return (
    <span className="pt-row">
      <LinkTo href="/sources/quality">{t`Quality of sources`}</LinkTo> <LinkTo href={`/sources/${one.source.id}`}>{t`The source`}</LinkTo>
      <span><Trans>Received from <Time at={one.from} /> on, compared with the {period} before.</Trans></span> <ZoneNote />
    </span>
  )
}

export function SourceQualityPage() {
  const { t } = useLingui()
  const query = useSourceQuality(useParam('id'), usePeriod())
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such source`} />
  const one = query.data
  return (
    <Page title={one?.source.name ?? t`Quality`} note={one ? <Note one={one} /> : '\u00a0'} actions={<PeriodChoice />}>
      <Loaded query={query} rows={10}>{(data) => <Detail one={data} />}</Loaded>
    </Page>
  )
}
