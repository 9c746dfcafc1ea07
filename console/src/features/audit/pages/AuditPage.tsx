// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Autocomplete, Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useUrl } from '@/base/url'
import { Code, Mono, Status, Time, ZoneNote } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Facts, Page } from '@/ui/Page'
import { Empty, errorText, Loaded } from '@/ui/states'
import { actionsOf, exportPath, filterOf } from '../filter'
import { type AuditEntry, type AuditVerdict, useAudit, verify } from '../model'

function useActorName() {
  const { t } = useLingui()
  return (entry: AuditEntry) => {
    const actor = entry.actor
    if (!actor) return t`erased`
    if (actor.name !== '') return actor.name
    return { system: t`The server`, socket: t`Command line`, account: actor.id, token: actor.id }[actor.kind]
  }
}

function useColumns(): Column<AuditEntry>[] {
  const { t } = useLingui()
  const name = useActorName()
  return useMemo(() => [
    { id: 'seq', title: t`No.`, cell: (e) => e.seq, value: (e) => e.seq, numeric: true, width: '80px', optional: true },
    { id: 'at', title: t`When`, cell: (e) => <Time at={e.at} />, value: (e) => e.at, width: '200px' },
    { id: 'action', title: t`Action`, main: true, cell: (e) => (e.action === null ? <span className="pt-faint">{t`erased`}</span> : <Mono>{e.action}</Mono>), value: (e) => e.action, width: 'minmax(140px, 1fr)' },
    { id: 'subject', title: t`Subject`, cell: (e) => e.subject_name || e.subject, value: (e) => e.subject_name || e.subject, width: 'minmax(140px, 1.2fr)' },
    { id: 'actor', title: t`Who`, cell: name, value: name, width: 'minmax(140px, 1.2fr)' },
    { id: 'peer', title: t`From`, cell: (e) => (e.actor?.peer ? <Mono>{e.actor.peer}</Mono> : <span className="pt-faint">{t`this machine`}</span>), value: (e) => e.actor?.peer, width: '150px', optional: true },
  ], [t, name])
}

function Details({ entry, onClose, onFilter }: { entry: AuditEntry; onClose: () => void; onFilter: (change: Record<string, string>) => void }) {
  const { t } = useLingui()
  const name = useActorName()
  const actor = entry.actor
  return (
    <SidePanel title={entry.action ?? t`Erased entry`} onClose={onClose}>
      {entry.erased && <p className="pt-soft"><Trans>The content was erased. Its commitment stays, so the chain can still be verified.</Trans></p>}
      <Facts rows={[
        [t`Entry`, entry.seq],
        [t`When`, <Time at={entry.at} />],
        [t`Who`, name(entry)],
        ...(actor && actor.id !== '' ? [[t`Their id`, <Mono copy>{actor.id}</Mono>] as [string, React.ReactNode]] : []),
        ...(actor && actor.peer !== '' ? [[t`From`, <Mono>{actor.peer}</Mono>] as [string, React.ReactNode]] : []),
        ...(entry.subject ? [[t`Subject`, <>{entry.subject_name} <Mono copy>{entry.subject}</Mono></>] as [string, React.ReactNode]] : []),
      ]} />
      {entry.detail && Object.keys(entry.detail).length > 0 && <Code label={t`Details`} text={JSON.stringify(entry.detail, null, 2)} />}
      <div className="pt-actions">
        {actor && actor.id !== '' && <Button size="compact-sm" onClick={() => onFilter({ actor: actor.id })}><Trans>Everything they did</Trans></Button>}
        {entry.subject && <Button size="compact-sm" onClick={() => onFilter({ subject: entry.subject ?? '' })}><Trans>Everything about this</Trans></Button>}
      </div>
    </SidePanel>
  )
}

function Verdict({ verdict }: { verdict: AuditVerdict }) {
  const format = useFormat()
  const entries = format.integer(verdict.entries)
  const anchors = format.integer(verdict.anchors)
  const erased = format.integer(verdict.erased)
  if (!verdict.ok) {
    const seq = verdict.problem?.seq ?? 0
    return (
      <div className="pt-banner pt-bad" role="alert">
        <span><Status tone="bad" dot><Trans>The chain is broken at entry {seq}</Trans></Status> <span className="pt-ltr">{verdict.problem?.reason}</span></span>
      </div>
    )
  }
  return (
    <div className="pt-banner pt-good" role="status">
      <span>
        <Status tone="good" dot><Trans>The chain holds</Trans></Status>{' '}
        <Trans>{entries} entries checked, {anchors} of them against the log, {erased} with erased content.</Trans>
      </span>
    </div>
  )
}

/** A filter that is set by looking at an entry; its id is spoken of by name where an entry tells it. */
function Chosen({ label, name, onClear }: { label: string; name: string; onClear: () => void }) {
  const { t } = useLingui()
  return (
    <span className="pt-field">
      {label}: <strong>{name}</strong>
      <ActionIcon aria-label={t`No longer only this: ${name}`} onClick={onClear}><Icon name="close" /></ActionIcon>
    </span>
  )
}

function Filters({ entries, filtered, onClear }: { entries: readonly AuditEntry[]; filtered: boolean; onClear: () => void }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const name = useActorName()
  const who = entries.find((e) => e.actor?.id === url.actor)
  const subject = entries.find((e) => e.subject === url.subject)
  const day = (key: 'from' | 'to', label: string) => (
    <label className="pt-field">
      <span>{label}</span>
      <TextInput type="date" w={150} value={url[key] ?? ''} onChange={(event) => setUrl({ [key]: event.currentTarget.value })} />
    </label>
  )
  return (
    <>
      <Autocomplete
        aria-label={t`Action, or how it begins`} placeholder={t`Action, or how it begins`} w={200} data={actionsOf(entries)} value={url.action ?? ''}
        onChange={(action) => setUrl({ action })}
      />
      {day('from', t`From`)}
      {day('to', t`To`)}
      {url.actor && <Chosen label={t`Who`} name={who ? name(who) : url.actor} onClear={() => setUrl({ actor: null })} />}
      {url.subject && <Chosen label={t`Subject`} name={subject?.subject_name || url.subject} onClear={() => setUrl({ subject: null })} />}
      {filtered && <Button onClick={onClear}><Trans>Show all</Trans></Button>}
    </>
  )
}

export function AuditPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const format = useFormat()
  const { zone } = format
  const filter = useMemo(() => filterOf(url, zone), [url, zone])
  const filtered = Object.keys(filter).length > 0
  const query = useAudit(filter)
  const check = useMutation({ mutationFn: verify })
  const columns = useColumns()
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const open = entries.find((e) => String(e.seq) === url.entry)
  const newest = entries[0] && format.integer(entries[0].seq)
  const none = { action: null, actor: null, subject: null, from: null, to: null }
  useShortcuts([{ keys: 'v', label: t`Verify the chain`, group: t`Audit`, run: () => check.mutate() }])
  return (
    <Page
      fill title={t`Audit`} note={newest === undefined ? '\u00a0' : <><Trans>Who changed what, up to entry {newest} of a chain in which nothing can be changed or dropped unseen.</Trans> <ZoneNote /></>}
      actions={(
        <>
          <Button component="a" href={exportPath(filter, 'csv')} download="audit.csv" leftSection={<Icon name="download" />}>CSV</Button>
          <Button component="a" href={exportPath(filter, 'jsonl')} download="audit.jsonl" leftSection={<Icon name="download" />}><Trans>With proofs</Trans></Button>
          <Button variant="filled" loading={check.isPending} onClick={() => check.mutate()}><Trans>Verify the chain</Trans></Button>
        </>
      )}
    >
      {check.data && !check.isPending && <Verdict verdict={check.data} />}
      {check.isError && <div className="pt-banner pt-warn" role="alert"><span><Trans>Could not verify:</Trans> <span className="pt-ltr">{errorText(check.error)}</span></span></div>}
      <Loaded query={query} rows={12}>
        {() => (
          <div className="pt-split">
            <DataTable
              label={t`Audit entries`} columns={columns} rows={entries} rowId={(e) => String(e.seq)} storageKey="audit"
              openId={url.entry ?? null} onOpen={(e) => setUrl({ entry: e.seq }, { push: true })}
              more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
              tools={<Filters entries={entries} filtered={filtered} onClear={() => setUrl(none)} />}
              empty={filtered
                ? <Empty title={t`No entry fits`} action={<Button onClick={() => setUrl(none)}><Trans>Show all</Trans></Button>} />
                : <Empty title={t`Nothing was changed yet`}><Trans>Every change that a person, a token or the command line makes will stand here.</Trans></Empty>}
            />
            {open && <Details entry={open} onClose={() => setUrl({ entry: null })} onFilter={(change) => setUrl({ entry: null, ...change }, { push: true })} />}
          </div>
        )}
      </Loaded>
      <span className="pt-hidden" role="status">{plural(entries.length, { one: '# entry loaded', other: '# entries loaded' })}</span>
    </Page>
  )
}
