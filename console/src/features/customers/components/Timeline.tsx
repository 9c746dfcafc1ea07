// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useEffect, useMemo, useRef } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useUrl } from '@/base/url'
import { Icon } from '@/ui/icons'
import { Empty, Failed, Skeleton, StaleNote } from '@/ui/states'
import { type Profile, stillLoading, type useTimeline } from '../model'
import { type Entry, type Filter, fits, type Run, type Session, sessionsOf } from '../sessions'
import { callName, channelIcon, channelName } from '../words'
import { ReadingIn } from './ReadingIn'

/** With a filter set, pages are read until something fits, but no further than this by themselves. */
const LOOKED = 1000

type Query = ReturnType<typeof useTimeline>

function Row({ entry, open, onOpen }: { entry: Entry; open: boolean; onOpen: () => void }) {
  const { i18n } = useLingui()
  const format = useFormat()
  return (
    <li>
      <button type="button" className="cu-event" data-open={open} data-position={entry.position} aria-expanded={open} onClick={onOpen}>
        <time className="pt-faint cu-event-at" dateTime={new Date(entry.at).toISOString()}>{format.time(entry.at)}</time>
        <span className="cu-event-what"><bdi className="cu-event-name">{entry.name || callName(i18n, entry.type)}</bdi> {entry.brief !== '' && <bdi className="pt-soft">{entry.brief}</bdi>}</span>
        {entry.name !== '' && entry.type !== 'track' && <span className="pt-faint cu-event-type">{callName(i18n, entry.type)}</span>}
      </button>
    </li>
  )
}

function ChannelRun({ run, openAt, onOpen }: { run: Run; openAt: number | null; onOpen: (entry: Entry) => void }) {
  const { i18n } = useLingui()
  const name = channelName(i18n, run.channel)
  return (
    <div className="cu-run">
      <div className="cu-run-channel"><Icon name={channelIcon(run.channel)} />{name}</div>
      <ol className="pt-items cu-run-events" aria-label={name}>
        {run.entries.map((entry) => <Row key={entry.position} entry={entry} open={entry.position === openAt} onOpen={() => onOpen(entry)} />)}
      </ol>
    </div>
  )
}

function Visit({ session, atLeast, openAt, onOpen }: { session: Session; atLeast: boolean; openAt: number | null; onOpen: (entry: Entry) => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const count = plural(session.count, { one: '# event', other: '# events' })
  const lasted = session.to - session.from
  return (
    <section className="cu-session" aria-label={format.dateTime(session.from)}>
      <h2 className="cu-session-head">
        <span>{format.date(session.from)} <span className="pt-ltr">{format.minute(session.from)}{format.minute(session.to) === format.minute(session.from) ? '' : `–${format.minute(session.to)}`}</span></span>
        <span className="pt-faint">{atLeast ? t`${count} or more` : count}{lasted >= 60000 && ` · ${format.duration(lasted)}`}</span>
      </h2>
      {session.runs.map((run) => <ChannelRun key={`${run.channel} ${run.entries.at(-1)?.position}`} run={run} openAt={openAt} onOpen={onOpen} />)}
    </section>
  )
}

function Filters({ entries, filter, onChange }: { entries: readonly Entry[]; filter: Filter; onChange: (change: Record<string, string | null>) => void }) {
  const { t, i18n } = useLingui()
  const values = (all: string[], chosen: string) => [...new Set([...all, ...(chosen === '' ? [] : [chosen])])].sort()
  const channels = values(entries.map((e) => e.channel || 'none'), filter.channel)
  const types = values(entries.map((e) => e.type), filter.type)
  const set = filter.channel !== '' || filter.type !== ''
  return (
    <div className="pt-toolbar" role="group" aria-label={t`Filters`}>
      <NativeSelect
        aria-label={t`Channel`} w={160} value={filter.channel} onChange={(event) => onChange({ channel: event.currentTarget.value })}
        data={[{ value: '', label: t`All channels` }, ...channels.map((value) => ({ value, label: channelName(i18n, value === 'none' ? '' : value) }))]}
      />
      <NativeSelect
        aria-label={t`Type`} w={180} value={filter.type} onChange={(event) => onChange({ type: event.currentTarget.value })}
        data={[{ value: '', label: t`All types` }, ...types.map((value) => ({ value, label: callName(i18n, value) }))]}
      />
      {set && <Button onClick={() => onChange({ channel: null, type: null })}><Trans>Reset</Trans></Button>}
    </div>
  )
}

/** Reads the next page when the end of the list comes into sight. */
function End({ query, loaded, total, shown }: { query: Query; loaded: number; total: number; shown: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const mark = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query
  const byItself = hasNextPage && !isFetchNextPageError && (shown === loaded || loaded < LOOKED || shown >= 20)
  useEffect(() => {
    const element = mark.current
    if (!element || !byItself || isFetchingNextPage) return
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) void fetchNextPage()
    }, { rootMargin: '600px' })
    watch.observe(element)
    return () => watch.disconnect()
  }, [byItself, isFetchingNextPage, fetchNextPage, loaded])
  const have = format.integer(loaded)
  const all = format.integer(Math.max(total, loaded))
  const fitting = format.integer(shown)
  return (
    <div ref={mark} className="cu-end pt-faint">
      {shown !== loaded && <span>{t`${fitting} of ${have} events that were looked at fit.`}</span>}
      {hasNextPage ? (
        <>
          <span>{t`${have} of ${all} events are here.`}</span>
          {!byItself || isFetchNextPageError ? <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}><Trans>Look further back</Trans></Button> : <span role="status">{t`Older ones are on their way`}</span>}
        </>
      ) : <span>{plural(loaded, { one: 'This is the only event.', other: 'These are all # events.' })}</span>}
    </div>
  )
}

export function Timeline({ profile, query, entries }: { profile: Profile; query: Query; entries: readonly Entry[] }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const filter: Filter = { channel: url.channel ?? '', type: url.type ?? '' }
  const shown = useMemo(() => entries.filter((entry) => fits(entry, { channel: filter.channel, type: filter.type })), [entries, filter.channel, filter.type])
  const sessions = useMemo(() => sessionsOf(shown), [shown])
  const list = useRef<HTMLDivElement>(null)
  const openAt = /^\d+$/.test(url.event ?? '') ? Number(url.event) : null
  function step(by: number) {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('.cu-event') ?? [])]
    const at = rows.findIndex((row) => row === document.activeElement)
    const from = at >= 0 ? at : rows.findIndex((row) => row.dataset.open === 'true')
    rows[Math.max(0, Math.min(rows.length - 1, from + by))]?.focus()
  }
  const group = t`Timeline`
  useShortcuts([
    { keys: 'j', label: t`Next event`, group, run: () => step(1) },
    { keys: 'k', label: t`Event before`, group, run: () => step(-1) },
  ])
  const retry = () => void query.refetch()
  if (query.data === undefined) return stillLoading(query) ? <ReadingIn /> : query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton rows={12} />
  return (
    <div className="pt-stack">
      {query.isError && !query.isFetchNextPageError && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
      <Filters entries={entries} filter={filter} onChange={setUrl} />
      {entries.length === 0 ? <Empty title={t`No events yet`}><Trans>What this person does appears here within seconds.</Trans></Empty> : (
        <div ref={list} className="cu-timeline" role="region" aria-label={t`Timeline`}>
          {sessions.length === 0 && <Empty title={t`None of these fits`} action={<Button onClick={() => setUrl({ channel: null, type: null })}><Trans>Show all</Trans></Button>} />}
          {sessions.map((session, i) => (
            <Visit key={session.key} session={session} atLeast={i === sessions.length - 1 && query.hasNextPage} openAt={openAt} onOpen={(entry) => setUrl({ event: entry.position === openAt ? null : entry.position })} />
          ))}
          <End query={query} loaded={entries.length} total={profile.events} shown={shown.length} />
        </div>
      )}
    </div>
  )
}
