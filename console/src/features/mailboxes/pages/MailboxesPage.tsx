// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import { deskFeature } from '@/features/desk'
import { oneOf, useGo, useUrl } from '@/base/url'
import { useShortcuts } from '@/base/keys'
import { Ago } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { attempt, toast } from '@/ui/toast'
import { Came, Leaving } from '../components/Messages'
import { MailboxState, useStateOf } from '../components/State'
import { type Mailbox, pauseMailbox, useMailboxes } from '../model'
import '../mailboxes.css'

const SHOWN = ['mailboxes', 'in', 'quarantine', 'out'] as const

function Pause({ of }: { of: Mailbox }) {
  const { t } = useLingui()
  const run = async () => {
    await pauseMailbox(of.id, !of.paused)
    const { name } = of
    toast({ text: of.paused ? t`${name} goes on` : t`${name} is paused`, undo: () => pauseMailbox(of.id, of.paused) })
  }
  return (
    <Button
      size="compact-xs"
      onClick={(event) => {
        event.stopPropagation()
        void attempt(run())
      }}
    >
      {of.paused ? <Trans>Go on</Trans> : <Trans>Pause</Trans>}
    </Button>
  )
}

function List({ of }: { of: readonly Mailbox[] }) {
  const { t } = useLingui()
  const go = useGo()
  const stateOf = useStateOf()
  const columns = useMemo<Column<Mailbox>[]>(() => [
    { id: 'name', title: t`Name`, main: true, width: 'minmax(140px, 1fr)', value: (one) => one.name, cell: (one) => <bdi>{one.name}</bdi> },
    { id: 'address', title: t`Address`, width: 'minmax(180px, 1.2fr)', value: (one) => one.settings.address, cell: (one) => <span className="pt-ltr">{one.settings.address}</span> },
    { id: 'state', title: t`State`, width: '210px', value: (one) => stateOf(one).text, cell: (one) => <MailboxState of={one} /> },
    { id: 'error', title: t`Last error`, width: 'minmax(120px, 2fr)', value: (one) => one.error, cell: (one) => (one.error === null ? <span className="pt-faint">{t`none`}</span> : <bdi className="pt-text-bad" title={one.error}>{one.error}</bdi>) },
    { id: 'last', title: t`Last message`, width: '150px', value: (one) => one.last_message_at, cell: (one) => <Ago at={one.last_message_at} /> },
    { id: 'looked', title: t`Looked last`, width: '150px', value: (one) => one.looked_at, cell: (one) => <Ago at={one.looked_at} /> },
    { id: 'do', title: t`What to do`, width: '120px', cell: (one) => <Pause of={one} /> },
  ], [t, stateOf])
  return (
    <DataTable
      label={t`Mailboxes`} columns={columns} rows={of} rowId={(one) => one.id} onOpen={(one) => go(`/desk/mailboxes/${one.id}`)} csv="mailboxes" storageKey="mailboxes" tone={(one) => (one.error !== null && !one.paused ? 'bad' : undefined)}
      empty={
        <Empty title={t`No mailbox yet`} action={<ButtonLink variant="filled" href="/desk/mailboxes/new"><Trans>Add a mailbox</Trans></ButtonLink>}>
          <Trans>What people write to an address becomes a ticket, their replies come to the same ticket, and public replies go back to them.</Trans>
        </Empty>
      }
    />
  )
}

export function MailboxesPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const go = useGo()
  const shown = oneOf(url.show, SHOWN)
  const query = useMailboxes()
  const names = { mailboxes: t`Mailboxes`, in: t`What came`, quarantine: t`Quarantine`, out: t`What leaves` }
  const failing = query.data?.filter((one) => one.error !== null && !one.paused).length ?? 0
  const count = query.data?.length ?? 0
  useShortcuts([{ keys: 'n', label: t`Add a mailbox`, group: t`Mailboxes`, run: () => go('/desk/mailboxes/new') }])
  return (
    <Page
      fill title={t`Mailboxes`} note={query.data ? <span>{plural(count, { one: '# mailbox', other: '# mailboxes' })}{failing > 0 && <>, <span className="pt-text-bad">{plural(failing, { one: '# cannot be read', other: '# cannot be read' })}</span></>}</span> : '\u00a0'}
      actions={<ButtonLink variant="filled" href="/desk/mailboxes/new" leftSection={<Icon name="add" />}><Trans>Add a mailbox</Trans></ButtonLink>}
    >
      <AreaTabs of={deskFeature} />
      <SegmentedControl className="mb-show" aria-label={t`What is shown`} value={shown} data={SHOWN.map((value) => ({ value, label: names[value] }))} onChange={(show) => setUrl({ show: show === 'mailboxes' ? null : show, outcome: null, state: null })} />
      <Loaded query={query}>
        {(all) => (shown === 'mailboxes' ? <List of={all} /> : shown === 'out' ? <Leaving mailboxes={all} /> : <Came mailboxes={all} quarantine={shown === 'quarantine'} />)}
      </Loaded>
    </Page>
  )
}
