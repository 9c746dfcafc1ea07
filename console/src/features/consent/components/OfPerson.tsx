// SPDX-License-Identifier: Apache-2.0
// What a person allows: what holds for each purpose and why, and every decision that led there.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Empty, Loaded } from '@/ui/states'
import { type Decision, type State, useConsentOf } from '../model'
import { bases, ways } from '../words'
import { DecideDialog } from './DecideDialog'
import { LinkDialog } from './LinkDialog'
import { StateOf } from './StateOf'
import '../consent.css'

/** How it was said, by whom, where: what is known of it. */
function useOrigin() {
  const { i18n } = useLingui()
  return (one: Pick<State | Decision, 'via' | 'source' | 'by'>) => {
    const way = one.via === null ? undefined : ways[one.via]
    return [way ? i18n._(way) : one.via, one.source?.name, one.by].filter(Boolean).join(' · ')
  }
}

function useStateColumns(): Column<State>[] {
  const { t, i18n } = useLingui()
  const origin = useOrigin()
  return useMemo(() => [
    { id: 'purpose', title: t`Purpose`, main: true, cell: (one) => <bdi title={one.purpose}>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(150px, 1fr)' },
    { id: 'state', title: t`State`, cell: (one) => <StateOf state={one.state} />, value: (one) => one.state, width: '190px' },
    { id: 'at', title: t`Since`, cell: (one) => (one.at === null ? <span className="pt-faint">{t`never decided`}</span> : <Time at={one.at} />), value: (one) => one.at, width: '205px' },
    { id: 'how', title: t`How`, cell: (one) => <bdi>{origin(one)}</bdi>, value: origin, width: 'minmax(150px, 1.2fr)' },
    { id: 'evidence', title: t`Evidence`, cell: (one) => <bdi title={one.evidence ?? ''}>{one.evidence ?? ''}</bdi>, value: (one) => one.evidence, width: 'minmax(130px, 1fr)' },
    { id: 'version', title: t`Text version`, cell: (one) => <bdi>{one.text_version ?? ''}</bdi>, value: (one) => one.text_version, width: '110px', optional: true },
    { id: 'basis', title: t`Legal basis`, cell: (one) => i18n._(bases[one.basis]), value: (one) => i18n._(bases[one.basis]), width: '160px' },
  ], [t, i18n, origin])
}

function useDecisionColumns(names: ReadonlyMap<string, string>): Column<Decision>[] {
  const { t } = useLingui()
  const origin = useOrigin()
  return useMemo(() => [
    { id: 'at', title: t`When`, main: true, cell: (one) => <Time at={one.at} />, value: (one) => one.at, width: '235px' },
    { id: 'purpose', title: t`Purpose`, cell: (one) => <bdi title={one.purpose}>{names.get(one.purpose) ?? one.purpose}</bdi>, value: (one) => one.purpose, width: 'minmax(140px, 1fr)' },
    { id: 'said', title: t`Decision`, cell: (one) => <Status tone={one.granted ? 'good' : 'bad'} dot>{one.granted ? t`Allowed` : t`Refused`}</Status>, value: (one) => one.granted, width: '120px' },
    { id: 'how', title: t`How`, cell: (one) => <bdi>{origin(one)}{one.declared ? '' : ` · ${t`carried along`}`}</bdi>, value: origin, width: 'minmax(150px, 1.2fr)' },
    { id: 'evidence', title: t`Evidence`, cell: (one) => <bdi title={one.evidence ?? ''}>{one.evidence ?? ''}</bdi>, value: (one) => one.evidence, width: 'minmax(130px, 1fr)' },
    { id: 'version', title: t`Text version`, cell: (one) => <bdi>{one.text_version ?? ''}</bdi>, value: (one) => one.text_version, width: '110px' },
    { id: 'page', title: t`Page`, cell: (one) => <bdi className="pt-ltr" title={one.page ?? ''}>{one.page ?? ''}</bdi>, value: (one) => one.page, width: 'minmax(120px, 1fr)', optional: true },
    { id: 'ip', title: t`IP address`, cell: (one) => <bdi className="pt-ltr">{one.ip ?? ''}</bdi>, value: (one) => one.ip, width: '130px', optional: true },
  ], [t, origin, names])
}

type Shown = { states: readonly State[]; history: readonly Decision[]; more: (() => void) | undefined }

function Known({ person, states, history, more }: Shown & { person: string }) {
  const { t } = useLingui()
  const mayWrite = useMay('consent.write')
  const [open, setOpen] = useState<'decide' | 'link' | null>(null)
  const names = useMemo(() => new Map(states.map((one) => [one.purpose, one.name])), [states])
  const stateColumns = useStateColumns()
  const decisionColumns = useDecisionColumns(names)
  useShortcuts(mayWrite ? [{ keys: 'd', label: t`Note a decision`, group: t`Customers`, run: () => setOpen('decide') }] : [])
  return (
    <div className="pt-stack">
      <DataTable
        label={t`What this person allows`} columns={stateColumns} rows={states} rowId={(one) => one.purpose} csv="consent" storageKey="customer-consent" maxRows={12}
        tools={(
          <>
            <h2 className="cs-head">{t`What holds`}</h2>
            {mayWrite && <Button leftSection={<Icon name="mail" />} onClick={() => setOpen('link')}><Trans>Preference page…</Trans></Button>}
            {mayWrite && <Button variant="filled" onClick={() => setOpen('decide')}><Trans>Note a decision…</Trans></Button>}
          </>
        )}
        empty={<Empty title={t`No purpose is in use`}><Trans>Purposes say what data may be used for. They are made under Consent.</Trans></Empty>}
      />
      <DataTable
        label={t`Decisions`} columns={decisionColumns} rows={history} rowId={(one) => `${one.position}-${one.purpose}`} csv="consent-history" storageKey="customer-consent-history" maxRows={12} more={more}
        tools={<h2>{t`How it came to be`}</h2>}
        empty={<Empty title={t`Nothing was decided yet`}><Trans>Decisions come with events of your consent manager, from the preference page, or are noted here.</Trans></Empty>}
      />
      {mayWrite && <DecideDialog person={person} states={states} opened={open === 'decide'} onClose={() => setOpen(null)} />}
      {mayWrite && open === 'link' && <LinkDialog person={person} states={states} opened onClose={() => setOpen(null)} />}
    </div>
  )
}

/** version: of the profile; when it rises what is shown here may be old. */
export function OfPerson({ person, version }: { person: string; version: number }) {
  const query = useConsentOf(person)
  const { refetch } = query
  useEffect(() => {
    if (version > 0) void refetch({ cancelRefetch: false })
  }, [version, refetch])
  return (
    <Loaded query={query} rows={8}>
      {(data) => (
        <Known
          person={person} states={data.pages[0]?.states ?? []} history={data.pages.flatMap((page) => page.history)}
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
        />
      )}
    </Loaded>
  )
}
