// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { NativeSelect } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useGo, useUrl } from '@/base/url'
import { Ago } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { ConnectorTabs } from '@/features/connectors'
import { LastRun, PullStatus } from '../components/States'
import { type Pull, usePulls } from '../model'
import { PULL_STATES, pullState, shortUrl } from '../state'
import { pagings, pullStates } from '../words'

const FILTER = ['any', ...PULL_STATES] as const
const MINUTE_MS = 60000

function useColumns(): Column<Pull>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (p) => <bdi title={p.name}>{p.name}</bdi>, value: (p) => p.name, width: 'minmax(140px, 1.5fr)' },
    { id: 'address', title: t`Address`, cell: (p) => <code className="pt-ltr" title={p.url}>{shortUrl(p.url)}</code>, value: (p) => p.url, width: 'minmax(120px, 1fr)' },
    { id: 'state', title: t`State`, cell: (p) => <PullStatus of={p} />, value: (p) => PULL_STATES.indexOf(pullState(p)), width: '124px' },
    { id: 'last', title: t`Last run`, cell: (p) => <LastRun of={p} />, value: (p) => p.started_at, width: '186px' },
    { id: 'landed', title: t`Landed`, cell: (p) => (p.runs === 0 ? '–' : format.integer(p.last_landed)), value: (p) => p.last_landed, numeric: true, width: '76px' },
    { id: 'refused', title: t`Refused`, cell: (p) => <span className={p.last_refused > 0 ? 'pt-text-bad' : undefined}>{p.runs === 0 ? '–' : format.integer(p.last_refused)}</span>, value: (p) => p.last_refused, numeric: true, width: '82px' },
    { id: 'due', title: t`Next run`, cell: (p) => (p.due_at === null ? <span className="pt-faint">{t`none`}</span> : <Ago at={p.due_at} />), value: (p) => p.due_at, width: '118px' },
    { id: 'every', title: t`Every`, cell: (p) => format.duration(p.every_min * MINUTE_MS), value: (p) => p.every_min, numeric: true, width: '80px' },
    { id: 'paging', title: t`Paging`, cell: (p) => i18n._(pagings[p.paging].name), value: (p) => p.paging, width: '110px' },
    {
      id: 'problem', title: t`Problem`, value: (p) => p.reason, width: 'minmax(120px, 1.4fr)',
      cell: (p) => (p.reason === null ? <span className="pt-faint">{t`none`}</span> : <bdi title={p.reason}>{p.reason}</bdi>),
    },
    { id: 'source', title: t`Source`, cell: (p) => <bdi>{p.source ?? p.source_id}</bdi>, value: (p) => p.source, width: '130px', optional: true },
    { id: 'succeeded', title: t`Last success`, cell: (p) => <Ago at={p.succeeded_at} />, value: (p) => p.succeeded_at, width: '140px', optional: true },
    { id: 'by', title: t`Changed by`, cell: (p) => <bdi>{p.changed_by}</bdi>, value: (p) => p.changed_by, width: '140px', optional: true },
  ], [t, i18n, format])
}

function List({ all }: { all: readonly Pull[] }) {
  const { t, i18n } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const mayWrite = useMay('connectors.write')
  const columns = useColumns()
  const state = oneOf(url.state, FILTER)
  if (all.length === 0) {
    return (
      <Empty title={t`Nothing is pulled yet`} action={mayWrite && <ButtonLink href="/connectors/pulls/new" variant="filled"><Trans>Add the first pull</Trans></ButtonLink>}>
        <Trans>A pull is for systems that do not call us: a CRM, an ERP, a supply-chain system. It is asked by HTTP for what is new, page by page and as often as you say, and each item becomes an event once.</Trans>
      </Empty>
    )
  }
  return (
    <DataTable
      label={t`Pulls`} columns={columns} rows={state === 'any' ? all : all.filter((p) => pullState(p) === state)} rowId={(p) => p.id} csv="pulls" storageKey="pulls" onOpen={(p) => go(`/connectors/pulls/${p.id}`)}
      tone={(p) => (pullState(p) === 'stopped' ? 'bad' : pullState(p) === 'failing' ? 'warn' : undefined)}
      tools={(
        <NativeSelect
          aria-label={t`State`} w={220} value={state} data={FILTER.map((value) => ({ value, label: value === 'any' ? t`All` : i18n._(pullStates[value].name) }))}
          onChange={(event) => setUrl({ state: event.currentTarget.value === 'any' ? null : event.currentTarget.value })}
        />
      )}
      empty={<Empty title={t`No pull is in this state`} />}
    />
  )
}

function Summary({ all }: { all: readonly Pull[] }) {
  const { t } = useLingui()
  const count = plural(all.length, { one: '# pull', other: '# pulls' })
  const wrong = all.filter((p) => ['stopped', 'failing'].includes(pullState(p))).length
  return <>{all.length === 0 ? '\u00a0' : wrong === 0 ? t`${count}, none in trouble` : t`${count}, ${wrong} in trouble`}</>
}

export function PullsPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = usePulls()
  const mayWrite = useMay('connectors.write')
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a pull`, group: t`Pulls`, run: () => go('/connectors/pulls/new') }] : [])
  return (
    <Page
      fill title={t`Pulls`} note={query.data ? <Summary all={query.data} /> : '\u00a0'}
      actions={mayWrite && <ButtonLink href="/connectors/pulls/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Add a pull</Trans></ButtonLink>}
    >
      <ConnectorTabs />
      <Loaded query={query}>{(all) => <List all={all} />}</Loaded>
    </Page>
  )
}
