// SPDX-License-Identifier: Apache-2.0
// What came in and what leaves: lists with what became of each, and what a person can still do.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Ago, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Empty, errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { decide, discard, type Mailbox, type MailIn, type MailOut, OUTCOMES, redrive, SENT_STATES, useMailIn, useMailOut } from '../model'
import { leaves, natures, outcomes, sentStates } from '../words'

async function told(done: Promise<string>) {
  try {
    toast({ text: await done })
  } catch (error) {
    toast({ text: errorText(error), tone: 'bad' })
  }
}

function MailboxChoice({ of }: { of: readonly Mailbox[] }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  if (of.length < 2) return null
  return <NativeSelect size="xs" aria-label={t`Mailbox`} value={url.mailbox ?? ''} data={[{ value: '', label: t`Every mailbox` }, ...of.map((one) => ({ value: one.id, label: one.name }))]} onChange={(event) => setUrl({ mailbox: event.currentTarget.value })} />
}

function Redrive({ of }: { of: MailIn }) {
  const { t, i18n } = useLingui()
  const run = async () => {
    const taken = await redrive(of.message)
    const outcome = i18n._(outcomes[taken.outcome])
    return taken.ticket === null ? `${outcome} ${taken.reason}` : `${outcome}: ${taken.ticket}`
  }
  const drop = async () => {
    await discard(of.message)
    return t`The message was discarded`
  }
  return (
    <span className="pt-row">
      {of.kept ? <Button size="compact-xs" onClick={() => void told(run())}><Trans>Take it again</Trans></Button> : <span className="pt-faint" title={t`It was not read whole: it is on the mail server.`}>{t`on the server`}</span>}
      <Button size="compact-xs" variant="subtle" onClick={() => void told(drop())}><Trans>Discard</Trans></Button>
    </span>
  )
}

function useInColumns(quarantine: boolean, names: (id: string) => string): Column<MailIn>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'sender', title: t`From`, main: true, width: 'minmax(160px, 1.4fr)', value: (one) => one.sender, cell: (one) => <span className="pt-ltr">{one.sender || '–'}</span> },
    ...(quarantine ? [] : [{ id: 'outcome', title: t`What became of it`, width: 'minmax(150px, 1fr)', value: (one: MailIn) => one.outcome, cell: (one: MailIn) => i18n._(outcomes[one.outcome]) }]),
    { id: 'reason', title: t`Why`, width: 'minmax(140px, 2fr)', value: (one) => one.reason, cell: (one) => (one.reason === '' ? <span className="pt-faint">–</span> : <bdi title={one.reason}>{one.reason}</bdi>) },
    { id: 'nature', title: t`Written by`, width: '150px', value: (one) => one.nature, cell: (one) => i18n._(natures[one.nature]) },
    ...(quarantine ? [] : [{ id: 'ticket', title: t`Ticket`, width: '90px', value: (one: MailIn) => one.ticket, cell: (one: MailIn) => (one.ticket === null ? <span className="pt-faint">–</span> : <LinkTo href={`/desk/${one.ticket}`}>{t`Open`}</LinkTo>) }]),
    { id: 'bytes', title: t`Size`, numeric: true, width: '90px', value: (one) => one.bytes, cell: (one) => format.bytes(one.bytes) },
    { id: 'at', title: t`Came`, width: '130px', value: (one) => one.at, cell: (one) => <Ago at={one.at} /> },
    { id: 'mailbox', title: t`Mailbox`, width: '130px', optional: true, value: (one) => one.mailbox, cell: (one) => <bdi>{names(one.mailbox)}</bdi> },
    ...(quarantine ? [{ id: 'do', title: t`What to do`, width: '220px', cell: (one: MailIn) => <Redrive of={one} /> }] : []),
  ], [t, i18n, format, quarantine, names])
}

export function Came({ mailboxes, quarantine = false }: { mailboxes: readonly Mailbox[]; quarantine?: boolean }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const outcome = quarantine ? 'quarantined' : OUTCOMES.find((one) => one === url.outcome)
  const query = useMailIn({ ...(url.mailbox ? { mailbox: url.mailbox } : {}), ...(outcome ? { outcome } : {}) })
  const names = useMemo(() => (id: string) => mailboxes.find((one) => one.id === id)?.name ?? id, [mailboxes])
  const columns = useInColumns(quarantine, names)
  const label = quarantine ? t`In quarantine` : t`What came`
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <DataTable
          key={String(quarantine)} label={label} columns={columns} rows={pages.flat()} rowId={(one) => String(one.message)} csv={quarantine ? 'mail-quarantine' : 'mail-in'} storageKey={quarantine ? 'mail-quarantine' : 'mail-in'}
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          tools={
            <>
              <MailboxChoice of={mailboxes} />
              {!quarantine && <NativeSelect size="xs" aria-label={t`What became of it`} value={url.outcome ?? ''} data={[{ value: '', label: t`All` }, ...OUTCOMES.map((value) => ({ value, label: i18n._(outcomes[value]) }))]} onChange={(event) => setUrl({ outcome: event.currentTarget.value })} />}
            </>
          }
          empty={quarantine ? <Empty title={t`Nothing in quarantine`}><Trans>Messages that are over a bound or carry something harmful wait here, with the reason, until somebody takes them again or discards them.</Trans></Empty>
            : <Empty title={t`No message has come`}><Trans>Each message stands here with what became of it: a ticket, an answer, or why neither.</Trans></Empty>}
        />
      )}
    </Loaded>
  )
}

function Decide({ of }: { of: MailOut }) {
  const { t } = useLingui()
  if (of.state !== 'doubt' && of.state !== 'failed' && of.state !== 'bounced') return null
  const run = async (again: boolean) => {
    await decide(of.message, again)
    return again ? t`It is sent again` : t`It is left as it is`
  }
  return (
    <span className="pt-row">
      <Button size="compact-xs" onClick={() => void told(run(true))}><Trans>Send again</Trans></Button>
      <Button size="compact-xs" variant="subtle" onClick={() => void told(run(false))}><Trans>Leave it</Trans></Button>
    </span>
  )
}

export function Leaving({ mailboxes }: { mailboxes: readonly Mailbox[] }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const state = SENT_STATES.find((one) => one === url.state)
  const query = useMailOut({ ...(url.mailbox ? { mailbox: url.mailbox } : {}), ...(state ? { state } : {}) })
  const columns = useMemo<Column<MailOut>[]>(() => [
    { id: 'recipient', title: t`To`, main: true, width: 'minmax(160px, 1.2fr)', value: (one) => one.recipient, cell: (one) => <span className="pt-ltr">{one.recipient}</span> },
    { id: 'subject', title: t`Subject`, width: 'minmax(160px, 2fr)', value: (one) => one.subject, cell: (one) => <LinkTo href={`/desk/${one.ticket}`}><bdi>{one.subject}</bdi></LinkTo> },
    { id: 'kind', title: t`Kind`, width: '150px', value: (one) => one.kind, cell: (one) => i18n._(leaves[one.kind]) },
    { id: 'state', title: t`State`, width: '110px', value: (one) => one.state, cell: (one) => <Status tone={sentStates[one.state].tone}>{i18n._(sentStates[one.state].name)}</Status> },
    { id: 'error', title: t`Why`, width: 'minmax(100px, 1.4fr)', value: (one) => one.error, cell: (one) => (one.error === null ? <span className="pt-faint">–</span> : <bdi title={one.error}>{one.error}</bdi>) },
    { id: 'attempts', title: t`Attempts`, numeric: true, width: '90px', optional: true, value: (one) => one.attempts, cell: (one) => one.attempts },
    { id: 'at', title: t`Written`, width: '130px', value: (one) => one.at, cell: (one) => <Ago at={one.at} /> },
    { id: 'do', title: t`What to do`, width: '200px', cell: (one) => <Decide of={one} /> },
  ], [t, i18n])
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <DataTable
          label={t`What leaves`} columns={columns} rows={pages.flat()} rowId={(one) => String(one.message)} csv="mail-out" storageKey="mail-out" more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          tone={(one) => (one.state === 'failed' || one.state === 'bounced' ? 'bad' : one.state === 'doubt' ? 'warn' : undefined)}
          tools={
            <>
              <MailboxChoice of={mailboxes} />
              <NativeSelect size="xs" aria-label={t`State`} value={url.state ?? ''} data={[{ value: '', label: t`All` }, ...SENT_STATES.map((value) => ({ value, label: i18n._(sentStates[value].name) }))]} onChange={(event) => setUrl({ state: event.currentTarget.value })} />
            </>
          }
          empty={<Empty title={t`Nothing has left`}><Trans>Acknowledgements and answers stand here, each with whether it arrived. One whose sending was cut off is in doubt: it is never sent twice by itself.</Trans></Empty>}
        />
      )}
    </Loaded>
  )
}
