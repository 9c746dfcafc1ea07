// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl } from '@mantine/core'
import { useFormat } from '@/base/format'
import { usePrefs, zoneOf } from '@/base/prefs'
import { useUrl } from '@/base/url'
import { Ago, Time, ZoneNote } from '@/ui/bits'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { insightFeature } from '..'
import { BehindPanel } from '../components/BehindPanel'
import { Breakdown, useValueName } from '../components/Breakdown'
import { CheckoutPanel } from '../components/Checkout'
import { Four } from '../components/Four'
import { Trends } from '../components/Trends'
import { RANGES, readingsOf } from '../figures'
import { BEHINDS, BYS, exportHref, type Figures, useFigures, useView, type View } from '../model'
import { bys, ranges, readings } from '../words'
import '../insight.css'

function Filters({ view }: { view: View }) {
  const { t, i18n } = useLingui()
  const [, setUrl] = useUrl()
  const nameOf = useValueName()
  const chosen = BYS.filter((by) => view.filters[by] !== undefined)
  if (chosen.length === 0) return null
  return (
    <div className="pt-row" role="group" aria-label={t`Only`}>
      {chosen.map((by) => {
        const [name, value] = [i18n._(bys[by]), nameOf(by, view.filters[by] ?? '')]
        return <Button key={by} size="xs" onClick={() => setUrl({ [by]: null }, { push: true })} aria-label={t`${name} ${value}: take away`}>{name}: <bdi>{value}</bdi> ×</Button>
      })}
    </div>
  )
}

function Together({ of }: { of: Figures }) {
  const { t, i18n } = useLingui()
  const said = readingsOf(of.total, of.before)
  return (
    <section className="in-together" aria-label={t`What they say together`}>
      <h2><Trans>What they say together</Trans></h2>
      {said.length === 0 ? <p className="pt-soft"><Trans>Nothing has clearly changed against the time before.</Trans></p> : <ul>{said.map((one) => <li key={one}>{i18n._(readings[one])}</li>)}</ul>}
    </section>
  )
}

function Open({ of }: { of: Figures }) {
  const format = useFormat()
  const [tickets, breached] = [format.integer(of.open.tickets), format.integer(of.open.breached)]
  return (
    <p className="pt-soft">
      <Trans>Open now: {tickets}, of which {breached} have missed a promise; they count once they are resolved.</Trans>{' '}
      {of.open.oldest_at !== null && <Trans>The oldest is of <Time at={of.open.oldest_at} style="date" />.</Trans>}
    </p>
  )
}

function Note({ of }: { of: Figures }) {
  const tickets = useFormat().integer(of.total.resolved)
  return <span className="pt-row"><span><Trans>{tickets} tickets that were resolved since <Time at={of.from} style="date" />, beside as long a time before; as of <Ago at={of.now} />.</Trans></span> <ZoneNote /></span>
}

function Body({ of, view, zone }: { of: Figures; view: View; zone: string }) {
  const { t } = useLingui()
  const [, setUrl] = useUrl()
  if (of.total.resolved === 0 && of.before.resolved === 0 && Object.keys(view.filters).length === 0) {
    return <><Empty title={t`No ticket was resolved yet`} action={<ButtonLink href="/desk"><Trans>To the desk</Trans></ButtonLink>}><Trans>First contact resolution, time to resolve, promises kept and satisfaction: they begin with the first ticket that is resolved.</Trans></Empty><Open of={of} /></>
  }
  return (
    <>
      <Four cell={of.total} before={of.before} onOpen={({ behind, clock }) => setUrl({ behind, clock: clock === 'resolution' ? null : clock }, { push: true })} />
      <Together of={of} />
      <Trends of={of} />
      {(view.range === '7d' || view.range === '28d') && <CheckoutPanel view={view} />}
      <Breakdown of={of} href={exportHref(view, zone)} />
      <Open of={of} />
    </>
  )
}

export function FiguresPage() {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const view = useView()
  const zone = zoneOf(usePrefs())
  const query = useFigures(view, zone)
  const behind = BEHINDS.find((one) => one === url.behind)
  return (
    <Page
      title={t`Figures`} note={query.data ? <Note of={query.data} /> : '\u00a0'}
      actions={<SegmentedControl aria-label={t`Period`} value={view.range} data={(['7d', '28d', '90d', '365d'] as const).map((value) => ({ value, label: i18n._(ranges[value]) }))} onChange={(range) => setUrl({ range: range === RANGES[0] ? null : range })} />}
    >
      <AreaTabs of={insightFeature} />
      <Filters view={view} />
      <div className="in-split">
        <div className="in-main"><Loaded query={query}>{(of) => <Body of={of} view={view} zone={zone} />}</Loaded></div>
        {behind !== undefined && <BehindPanel view={view} drill={{ behind, clock: url.clock === 'response' ? 'response' : 'resolution' }} />}
      </div>
    </Page>
  )
}
