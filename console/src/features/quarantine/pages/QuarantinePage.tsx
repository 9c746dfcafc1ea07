// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { Status, Time, ZoneNote } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, errorText, Failed, Skeleton, StaleNote } from '@/ui/states'
import { toast } from '@/ui/toast'
import { QuarantinePanel } from '../components/QuarantinePanel'
import { ReasonCounts } from '../components/ReasonCounts'
import { RedriveAll } from '../components/RedriveAll'
import { reasons } from '../components/reasons'
import { type Filter, filterOf, REASONS, STATES } from '../filter'
import { type Quarantined, redrive, renew, useCounts, useQuarantine, useSourceNames } from '../model'
import type { Outcome } from '../redrive'
import '../quarantine.css'

function useColumns(state: Filter['state']): Column<Quarantined>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => {
    const reason = (q: Quarantined) => i18n._(reasons[q.reason].name)
    const landed: Column<Quarantined> = {
      id: 'redriven', title: t`Redriven`, width: '130px', value: (q) => q.redriven_as,
      cell: (q) => (typeof q.redriven_as === 'number' ? <LinkTo href={`/live?event=${q.redriven_as}`}>{t`Its event`}</LinkTo> : <Status tone="warn">{t`Open`}</Status>),
    }
    return [
      { id: 'at', title: t`Received`, cell: (q) => <span data-position={q.position}><Time at={q.received_at} /></span>, value: (q) => q.received_at, width: '215px' },
      { id: 'reason', title: t`Reason`, main: true, cell: reason, value: reason, width: 'minmax(150px, 0.7fr)' },
      { id: 'detail', title: t`What was found`, cell: (q) => <span className="pt-ltr qu-detail" title={q.detail}>{q.detail}</span>, value: (q) => q.detail, width: 'minmax(180px, 1.8fr)' },
      { id: 'source', title: t`Source`, cell: (q) => <bdi>{q.source ?? t`deleted`}</bdi>, value: (q) => q.source, width: 'minmax(100px, 0.6fr)' },
      ...(state === 'open' ? [] : [landed]),
      { id: 'bytes', title: t`Size`, cell: (q) => format.bytes(q.bytes), value: (q) => q.bytes, numeric: true, width: '100px' },
      { id: 'position', title: t`Position`, cell: (q) => q.position, value: (q) => q.position, numeric: true, width: '110px', optional: true },
    ]
  }, [t, i18n, format, state])
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (change: Record<string, string | null>) => void }) {
  const { t, i18n } = useLingui()
  const sources = useSourceNames().data ?? []
  const states = { open: t`Open`, redriven: t`Redriven`, any: t`Open and redriven` }
  return (
    <>
      <Select
        aria-label={t`State`} w={170} allowDeselect={false} value={filter.state} data={STATES.map((value) => ({ value, label: states[value] }))}
        onChange={(value) => onChange({ state: value === 'open' ? null : value })}
      />
      <Select
        aria-label={t`Reason`} w={210} clearable clearButtonProps={{ 'aria-label': t`Every reason` }} placeholder={t`Every reason`} value={filter.reason ?? null}
        data={REASONS.map((value) => ({ value, label: i18n._(reasons[value].name) }))} onChange={(value) => onChange({ reason: value })}
      />
      <Select
        aria-label={t`Source`} w={180} clearable clearButtonProps={{ 'aria-label': t`Every source` }} placeholder={t`Every source`} value={filter.source ?? null}
        data={sources.map((s) => ({ value: s.id, label: s.name }))} onChange={(value) => onChange({ source: value })}
      />
    </>
  )
}

/** Redriving, and what came of it. */
function useRedrive() {
  const { t } = useLingui()
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Outcome | null>(null)
  async function run(positions: number[]) {
    if (positions.length === 0 || busy) return false
    setBusy(true)
    try {
      const outcome = await redrive(positions)
      setResult(outcome)
      if (outcome.redriven > 0 && outcome.refused === 0) toast({ text: plural(outcome.redriven, { one: '# event was redriven', other: '# events were redriven' }) })
      return true
    } catch (error) {
      const why = errorText(error)
      toast({ text: t`Not redriven: ${why}`, tone: 'bad' })
      return false
    } finally {
      setBusy(false)
      renew()
    }
  }
  return { busy, result, run, clear: () => setResult(null) }
}

function Result({ outcome, onClear, onOpen }: { outcome: Outcome; onClear: () => void; onOpen: (position: number) => void }) {
  const first = outcome.failed[0]
  if (!first) return null
  return (
    <div className="pt-banner pt-warn qu-result" role="alert">
      <span>
        {plural(outcome.redriven, { one: '# event was redriven', other: '# events were redriven' })}{', '}
        {plural(outcome.refused, { one: '# was refused again', other: '# were refused again' })}{': '}
        <bdi>{first.reason}</bdi>
      </span>
      <Button size="compact-xs" onClick={() => onOpen(first.position)}><Trans>Open</Trans></Button>
      <Button size="compact-xs" onClick={onClear}><Trans>Dismiss</Trans></Button>
    </div>
  )
}

/** The row that has the focus, if one has. */
function focusedPosition(): number | null {
  const mark = document.activeElement?.closest('[role="row"]')?.querySelector<HTMLElement>('[data-position]')
  return mark?.dataset.position === undefined ? null : Number(mark.dataset.position)
}

/** Which one a key is for: the row in focus, else the open one. A row that j has just chosen has the focus a frame later. */
async function targetOf(open: number | null): Promise<number | null> {
  const now = focusedPosition() ?? open
  if (now !== null) return now
  await new Promise(requestAnimationFrame)
  return focusedPosition()
}

function NothingThere({ filter, onAll }: { filter: Filter; onAll: () => void }) {
  const { t } = useLingui()
  const filtered = filter.reason !== undefined || filter.source !== undefined || filter.state !== 'open'
  if (filtered) return <Empty title={t`None fits these filters`} action={<Button onClick={onAll}><Trans>Show all open ones</Trans></Button>} />
  return (
    <Empty title={t`Nothing is kept aside`}>
      <Trans>Events that cannot be read, name nobody or break a tracking plan wait here with the reason, and lose nothing. Once the cause is mended they are redriven.</Trans>
    </Empty>
  )
}

export function QuarantinePage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const filter = useMemo(() => filterOf(url), [url])
  const query = useQuarantine(filter)
  const counts = useCounts(filter)
  const columns = useColumns(filter.state)
  const may = useMay('quarantine.write')
  const sourceName = useSourceNames().data?.find((s) => s.id === filter.source)?.name
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const [all, setAll] = useState(false)
  const { busy, result, run, clear } = useRedrive()
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const count = useFormat().loaded(rows.length, query.hasNextPage)
  const position = /^\d+$/.test(url.position ?? '') ? Number(url.position) : null
  const chosen = [...ticked].map(Number)
  const retry = () => void query.refetch()
  const showAll = () => setUrl({ reason: null, source: null, state: null })

  const change = (what: Record<string, string | null>) => {
    setTicked(new Set())
    setUrl(what)
  }
  const redriveNow = async () => {
    if (ticked.size > 0) {
      if (await run(chosen)) setTicked(new Set())
      return
    }
    const one = await targetOf(position)
    if (one !== null) await run([one])
  }
  const edit = async () => {
    const one = await targetOf(position)
    if (one !== null) setUrl({ position: one, edit: '1' })
  }
  const edited = (outcome: Outcome) => {
    setUrl({ edit: null })
    renew()
    toast({ text: plural(outcome.redriven, { one: '# event was redriven', other: '# events were redriven' }) })
  }
  const group = t`Quarantine`
  useShortcuts(may ? [
    { keys: 'r', label: t`Redrive the ticked ones, or this one`, group, run: () => void redriveNow() },
    { keys: 'e', label: t`Edit and redrive`, group, run: () => void edit() },
    { keys: 'a', label: t`Redrive all that fit`, group, run: () => setAll(true) },
  ] : [])

  return (
    <Page
      fill title={t`Quarantine`} note={query.data ? <><Trans>Events kept aside, with the reason: {count}. Nothing is lost: mend the cause and redrive.</Trans> <ZoneNote /></> : '\u00a0'}
      actions={may && (
        <>
          {ticked.size > 0 && (
            <Button variant="filled" loading={busy} onClick={() => void redriveNow()}>
              {plural(ticked.size, { one: 'Redrive # ticked', other: 'Redrive # ticked' })}
            </Button>
          )}
          {filter.state !== 'redriven' && rows.length > 0 && <Button onClick={() => setAll(true)}><Trans>Redrive all that fit…</Trans></Button>}
        </>
      )}
    >
      {counts.data && counts.data.looked > 0 && <ReasonCounts counts={counts.data} chosen={filter.reason} onChoose={(reason) => change({ reason })} />}
      {result && <Result outcome={result} onClear={clear} onOpen={(at) => setUrl({ position: at })} />}
      {query.isError && query.data !== undefined && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
      {query.data === undefined ? (query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton rows={12} />) : (
        <div className="pt-split">
          <div>
            <DataTable
              label={t`Events kept aside`} columns={columns} rows={rows} rowId={(q) => String(q.position)} csv="quarantine" storageKey="quarantine"
              openId={url.position ?? null} onOpen={(q) => setUrl({ position: q.position, edit: null })}
              {...(may && filter.state !== 'redriven' ? { ticked, onTick: setTicked } : {})}
              more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
              tools={<Filters filter={filter} onChange={change} />} empty={<NothingThere filter={filter} onAll={showAll} />}
            />
          </div>
          {position !== null && (
            <QuarantinePanel
              key={position} position={position} known={rows.find((q) => q.position === position)} editing={oneOf(url.edit, ['', '1']) === '1'} busy={busy}
              onClose={() => setUrl({ position: null, edit: null })} onEdit={(on) => setUrl({ edit: on ? '1' : null })} onRedrive={(one) => void run([one.position])} onEdited={edited}
            />
          )}
        </div>
      )}
      {may && <RedriveAll filter={filter} sourceName={sourceName} opened={all} onClose={() => setAll(false)} />}
    </Page>
  )
}
