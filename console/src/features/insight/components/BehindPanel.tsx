// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useFormat } from '@/base/format'
import { usePrefs, zoneOf } from '@/base/prefs'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Empty, Loaded } from '@/ui/states'
import { BEHINDS, type BehindTicket, type Drill, useBehind, type View } from '../model'
import { behinds } from '../words'

function Why({ of }: { of: BehindTicket }) {
  const { t } = useLingui()
  const why = [
    of.repeats > 0 ? t`came back within 7 days` : '',
    of.reopened > 0 ? t`opened again` : '',
    of.contacts > 1 ? t`wrote again` : '',
    of.transferred > 0 ? t`handed over` : '',
    of.switched > 0 ? t`changed channel` : '',
  ].filter((one) => one !== '')
  return (
    <span className="pt-row in-why">
      {of.first && <Status tone="good">{of.provisional ? t`First contact so far` : t`First contact`}</Status>}
      {why.map((one) => <Status key={one} tone="plain">{one}</Status>)}
      {of.breached.includes('resolution') && <Status tone="bad">{t`resolved late`}</Status>}
      {of.breached.includes('response') && <Status tone="warn">{t`answered late`}</Status>}
      {of.score !== null && <Status tone={of.score >= 4 ? 'good' : 'warn'}>{t`${of.score} of 5`}</Status>}
    </span>
  )
}

function Line({ of }: { of: BehindTicket }) {
  const format = useFormat()
  const may = useMay('desk.read')
  const took = format.duration(of.took_s * 1000)
  return (
    <li>
      <div className="pt-row">{may ? <LinkTo href={`/desk/${of.key}`}><span className="pt-ltr">{of.key}</span></LinkTo> : <span className="pt-ltr">{of.key}</span>} <bdi className="pt-grow">{of.title ?? of.category}</bdi> <span className="pt-num">{took}</span></div>
      <div className="pt-faint"><Trans>resolved <Time at={of.resolved_at} /></Trans> {of.store !== '' && <bdi>{of.store}</bdi>} {of.queue !== '' && <bdi>{of.queue}</bdi>}</div>
      <Why of={of} />
    </li>
  )
}

/** The tickets that a number counts. */
export function BehindPanel({ view, drill }: { view: View; drill: Drill }) {
  const { t, i18n } = useLingui()
  const [, setUrl] = useUrl()
  const query = useBehind(view, zoneOf(usePrefs()), drill)
  return (
    <SidePanel wide title={i18n._(behinds[drill.behind])} onClose={() => setUrl({ behind: null, clock: null })}>
      <NativeSelect aria-label={t`Which tickets`} value={drill.behind} data={BEHINDS.map((value) => ({ value, label: i18n._(behinds[value]) }))} onChange={(event) => setUrl({ behind: event.currentTarget.value })} />
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.data)
          return rows.length === 0 ? <Empty title={t`None in this time`} /> : <ul className="in-tickets">{rows.map((one) => <Line key={one.key} of={one} />)}</ul>
        }}
      </Loaded>
      {query.hasNextPage && <div><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>More tickets</Trans></Button></div>}
    </SidePanel>
  )
}
