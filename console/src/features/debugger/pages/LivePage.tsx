// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useUrl } from '@/base/url'
import { Status, Time, type Tone, ZoneNote } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { Empty, Skeleton } from '@/ui/states'
import { EventPanel } from '../components/EventPanel'
import { Filters } from '../components/Filters'
import { type Entry, filterOf, type Verdict } from '../model'
import { type LiveList, useLiveList } from '../useLiveList'
import '../debugger.css'

const TONES: Record<Verdict, Tone> = { landed: 'good', flagged: 'warn', quarantined: 'bad', refused: 'bad' }

function useColumns(): Column<Entry>[] {
  const { t } = useLingui()
  return useMemo(() => {
    const names: Record<Verdict, string> = { landed: t`Landed`, flagged: t`Flagged`, quarantined: t`Quarantined`, refused: t`Refused` }
    return [
      { id: 'at', title: t`Received`, cell: (e) => <Time at={e.at} style="timeMs" />, value: (e) => e.at, width: '120px' },
      { id: 'name', title: t`Event`, main: true, cell: (e) => <bdi>{e.name}</bdi>, value: (e) => e.name, width: 'minmax(140px, 1.5fr)' },
      {
        id: 'verdict', title: t`Result`, width: 'minmax(130px, 1.4fr)', value: (e) => `${e.verdict} ${e.reason}`.trim(),
        cell: (e) => <span className="pt-row li-result"><Status tone={TONES[e.verdict]}>{names[e.verdict]}</Status><bdi className="pt-soft">{e.reason}</bdi></span>,
      },
      { id: 'type', title: t`Type`, cell: (e) => <span className="pt-ltr">{e.type || '–'}</span>, value: (e) => e.type, width: '90px' },
      { id: 'who', title: t`User`, cell: (e) => <bdi>{e.who || '–'}</bdi>, value: (e) => e.who, width: 'minmax(110px, 1fr)' },
      { id: 'source', title: t`Source`, cell: (e) => <bdi>{e.source || '–'}</bdi>, value: (e) => e.source, width: 'minmax(80px, 0.6fr)' },
      { id: 'position', title: t`Position`, cell: (e) => e.position ?? '–', value: (e) => e.position, numeric: true, width: '110px', optional: true },
    ]
  }, [t])
}

function Line({ list }: { list: LiveList }) {
  const { t } = useLingui()
  const format = useFormat()
  const rate = format.number(list.rate)
  const state = list.paused ? t`Paused` : { live: t`Live`, connecting: t`Connecting`, lost: t`Connection lost, trying again`, refused: t`Refused` }[list.line.state]
  const tone: Tone = list.paused ? 'warn' : list.line.state === 'live' ? 'good' : list.line.state === 'connecting' ? 'plain' : 'bad'
  return (
    <span className="pt-row" id="live-line">
      <Status tone={tone} dot>{state}</Status>
      <span>{t`${rate} events/s shown, mean of the last 10 s`}</span>
      {list.skipped > 0 && <span className="pt-text-warn">{plural(list.skipped, { one: '# more was left out: more than 200 a second come', other: '# more were left out: more than 200 a second come' })}</span>}
      <ZoneNote />
    </span>
  )
}

export function LivePage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const filter = filterOf(url)
  const list = useLiveList(filter)
  const columns = useColumns()
  const [known, setKnown] = useState<Entry | null>(null)
  const chosen = list.entries.find((e) => e.id === url.event) ?? (known?.id === url.event ? known : null)
  const filtered = Object.values(filter).some((value) => value !== '' && value !== 'all')
  const group = t`Live debugger`
  // an entry that is being read stays, also when newer ones push it out of the list
  useEffect(() => {
    if (chosen) setKnown(chosen)
  }, [chosen])
  useShortcuts([
    { keys: 'p', label: list.paused ? t`Go on` : t`Pause`, group, run: () => list.setPaused(!list.paused) },
    { keys: 'f', label: t`Follow: back to the newest`, group, run: list.follow },
    { keys: 'c', label: t`Clear the list`, group, run: list.clear },
    { keys: 'i', label: t`Filter by name`, group, run: () => document.getElementById('live-name')?.focus() },
  ])
  return (
    <Page
      fill title={t`Live debugger`} note={<Line list={list} />}
      actions={
        <>
          <Button leftSection={<Icon name={list.paused ? 'play' : 'pause'} />} onClick={() => list.setPaused(!list.paused)} aria-pressed={list.paused}>
            {list.paused ? <Trans>Go on</Trans> : <Trans>Pause</Trans>}
          </Button>
          <Button onClick={list.clear}><Trans>Clear</Trans></Button>
        </>
      }
    >
      <div className="pt-split">
        <div className="li-list">
          {list.waiting > 0 && (
            <button type="button" className="li-more" id="live-waiting" onClick={list.follow}>
              {plural(list.waiting, { one: '# new event', other: '# new events' })}
            </button>
          )}
          <DataTable
            live label={t`Events as they come`} columns={columns} rows={list.entries} rowId={(e) => e.id} csv="events" storageKey="live" openId={url.event ?? null}
            onOpen={(e) => setUrl({ event: e.id })} onAway={list.setAway} tone={(e) => (e.verdict === 'landed' || e.verdict === 'flagged' ? undefined : 'bad')}
            tools={<Filters filter={filter} onChange={setUrl} />}
            empty={!list.ready && list.line.state !== 'refused' ? <Skeleton rows={12} /> : (
              <Empty title={filtered ? t`Nothing fits these filters yet` : t`No events yet`}>
                {filtered ? <Trans>New events that fit appear here by themselves.</Trans> : <Trans>Events appear here within a second of being sent. Under Sources stands how to send one.</Trans>}
              </Empty>
            )}
          />
        </div>
        {url.event !== undefined && <EventPanel key={url.event} id={url.event} entry={chosen} onClose={() => setUrl({ event: null })} />}
      </div>
    </Page>
  )
}
