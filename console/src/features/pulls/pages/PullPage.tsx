// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { Button, Menu } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useParam } from '@/base/url'
import { Ago, Code, Figure, Mono, Time } from '@/ui/bits'
import { ConfirmDialog, FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { Runs } from '../components/Runs'
import { PullStatus, RunStatus } from '../components/States'
import { pagingFields, pullEdit, pullForm } from '../form'
import { deletePull, type Pull, resetPull, runPull, savePull, usePull, useRuns } from '../model'
import { pullState } from '../state'
import { auths, pagings } from '../words'

const MINUTE_MS = 60000

/** The definition as it stands, but for its switch; the server keeps the secret. */
function switched(of: Pull, enabled: boolean) {
  const { secret: _, ...body } = pullEdit({ ...pullForm(of), source: of.source_id, enabled })
  return savePull(of.id, body)
}

function useFlow(of: Pull) {
  const { t } = useLingui()
  const name = of.name
  const flip = (on: boolean) => attempt(switched(of, on).then(() => toast({
    text: on ? t`${name} is switched on` : of.running ? t`${name} ends at its last saved page and is switched off` : t`${name} is switched off`,
    ...(on === of.enabled ? {} : { undo: () => switched(of, of.enabled) }),
  })))
  return { flip, run: () => attempt(runPull(of.id).then(() => toast({ text: t`${name} runs` }))) }
}

function Dialogs({ of, open, onClose }: { of: Pull; open: 'reset' | 'delete' | null; onClose: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  return (
    <>
      <FormDialog
        title={t`Begin from the start`} opened={open === 'reset'} onClose={onClose} submit={t`Back to the start`}
        onSubmit={async () => {
          await resetPull(of.id)
          onClose()
          toast({ text: t`The next run begins with the first page` })
        }}
      >
        <p><Trans>The next run asks for the first page and the first instant again. What came in before is known by its ids and comes in once, as long as those ids are remembered.</Trans></p>
      </FormDialog>
      <ConfirmDialog
        title={t`Delete the pull`} word={of.name} opened={open === 'delete'} onClose={onClose} submit={t`Delete it`}
        onConfirm={async () => {
          await deletePull(of.id)
          go('/connectors/pulls')
        }}
      >
        <Trans>Its place, its credentials and its runs go with it. Its events stay. This cannot be undone.</Trans>
      </ConfirmDialog>
    </>
  )
}

function Actions({ of }: { of: Pull }) {
  const { t } = useLingui()
  const go = useGo()
  const [open, setOpen] = useState<'reset' | 'delete' | null>(null)
  const { flip, run } = useFlow(of)
  const group = t`Pulls`
  useShortcuts([
    { keys: 'r', label: t`Run now`, group, run: () => !of.running && void run() },
    { keys: 'e', label: t`Edit`, group, run: () => go(`/connectors/pulls/${of.id}/edit`) },
  ])
  return (
    <>
      {of.running
        ? <Button leftSection={<Icon name="pause" />} onClick={() => void flip(false)}><Trans>Stop</Trans></Button>
        : <Button variant="filled" leftSection={<Icon name="play" />} onClick={() => void run()}><Trans>Run now</Trans></Button>}
      <ButtonLink href={`/connectors/pulls/${of.id}/edit`}><Trans>Edit</Trans></ButtonLink>
      <Menu>
        <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="debugger" />} onClick={() => go(`/connectors/pulls/${of.id}/edit?try=1`)}><Trans>Try it</Trans></Menu.Item>
          <Menu.Item leftSection={<Icon name={of.enabled ? 'close' : 'check'} />} onClick={() => void flip(!of.enabled)}>{of.enabled ? <Trans>Switch off</Trans> : <Trans>Switch on</Trans>}</Menu.Item>
          <Menu.Item leftSection={<Icon name="refresh" />} onClick={() => setOpen('reset')}><Trans>Begin from the start…</Trans></Menu.Item>
          <Menu.Item leftSection={<Icon name="close" />} onClick={() => setOpen('delete')}><Trans>Delete the pull…</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Dialogs of={of} open={open} onClose={() => setOpen(null)} />
    </>
  )
}

/** What a person should know or do first. */
function Notice({ of }: { of: Pull }) {
  const { t } = useLingui()
  const format = useFormat()
  const mayWrite = useMay('connectors.write')
  const { run } = useFlow(of)
  const state = pullState(of)
  if (of.source === null) return <div className="pt-banner pt-bad" role="alert"><Trans>Its source is gone: edit it, and choose another.</Trans></div>
  if (state !== 'stopped' && state !== 'failing') return null
  const times = format.integer(of.failures)
  return (
    <div className={`pt-banner ${state === 'stopped' ? 'pt-bad' : 'pt-warn'}`} role={state === 'stopped' ? 'alert' : 'status'}>
      <span className="pu-text">
        {state === 'stopped' ? <Trans>It has stopped until somebody saves or runs it: <bdi>{of.reason}</bdi></Trans> : <Trans>It fails, and is tried again by itself: <bdi>{of.reason}</bdi></Trans>}
        {of.failures > 1 && <> · {t`${times} times in a row`}</>}
      </span>
      {mayWrite && <Button size="compact-xs" onClick={() => void run()}><Trans>Try again now</Trans></Button>}
    </div>
  )
}

function Figures({ of }: { of: Pull }) {
  const { t } = useLingui()
  const format = useFormat()
  const every = format.duration(of.every_min * MINUTE_MS)
  return (
    <div className="pt-figures">
      <Figure label={t`Last run`} value={of.last_outcome === null ? <span className="pt-faint">{t`none yet`}</span> : <RunStatus outcome={of.last_outcome} />} note={of.started_at === null ? undefined : <Ago at={of.started_at} />} />
      <Figure label={t`Events landed`} value={of.runs === 0 ? '–' : format.integer(of.last_landed)} note={t`in the last run`} />
      <Figure label={t`Items refused`} value={of.runs === 0 ? '–' : format.integer(of.last_refused)} {...(of.last_refused > 0 ? { tone: 'bad' as const } : {})} note={t`in the last run`} />
      <Figure label={t`Next run`} value={of.running ? t`now` : of.due_at === null ? '–' : <Ago at={of.due_at} />} note={of.enabled ? t`every ${every}` : t`switched off`} />
    </div>
  )
}

function About({ of }: { of: Pull }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const own = pagingFields({ paging: of.paging, url: of.url })
  const headers = Object.keys(of.headers)
  const path = (text: string) => (text === '' ? '–' : <Mono>{text}</Mono>)
  const rows: [string, React.ReactNode][] = [
    [t`Address`, <Mono key="u">{of.url}</Mono>],
    [t`Source`, of.source === null ? t`gone` : <LinkTo key="s" href={`/sources/${of.source_id}`}>{of.source}</LinkTo>],
    [t`Credentials`, <span key="a">{i18n._(auths[of.auth])} {of.auth_name !== '' && <bdi>{of.auth_name}</bdi>} {of.has_secret && <span className="pt-faint">{t`stored, never shown`}</span>}</span>],
    ...(headers.length === 0 ? [] : [[t`Further headers`, <bdi key="h">{headers.join(', ')}</bdi>] as [string, React.ReactNode]]),
    [t`Further pages`, i18n._(pagings[of.paging].name)],
    ...(own.has('next') ? [[t`Next at`, of.next === '' ? t`the Link header` : path(of.next)] as [string, React.ReactNode]] : []),
    [t`List at`, of.items === '' ? t`the answer itself` : path(of.items)],
    [t`Id, version`, <span key="i">{path(of.item_id)} {path(of.item_version)}</span>],
    ...(own.has('since') ? [[t`Instant`, <span key="n">{path(of.since)} {path(of.since_at ?? of.since_start)}</span>] as [string, React.ReactNode]] : []),
    [t`Next page`, <span key="c">{of.cursor === null ? t`the first` : <Mono>{of.cursor}</Mono>} {of.in_pass && <span className="pt-faint">{t`pages are left of this pass`}</span>}</span>],
    [t`Last success`, <Ago key="l" at={of.succeeded_at} />],
    [t`Runs so far`, format.integer(of.runs)],
    [t`Id`, <Mono key="id" copy>{of.id}</Mono>],
    [t`Added`, <Time key="m" at={of.created_at} />],
    [t`Changed`, <span key="ch"><Time at={of.changed_at} /> <bdi className="pt-faint">{of.changed_by}</bdi></span>],
  ]
  return <Panel title={t`About`}><Facts rows={rows} /></Panel>
}

function Detail({ of }: { of: Pull }) {
  const { t } = useLingui()
  const mayWrite = useMay('connectors.write')
  return (
    <Page title={of.name} note={<span className="pt-row"><LinkTo href="/connectors/pulls">{t`Pulls`}</LinkTo> <PullStatus of={of} /></span>} actions={mayWrite && <Actions of={of} />}>
      <Notice of={of} />
      <Figures of={of} />
      <Panel title={t`Runs`} flush><Runs id={of.id} /></Panel>
      <div className="pu-columns">
        <Panel title={t`Mapping`}><Code label={t`Mapping`} text={JSON.stringify(of.mapping, null, 2)} height={420} /></Panel>
        <About of={of} />
      </div>
    </Page>
  )
}

export function PullPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = usePull(id)
  // asked for at once, not when the part that shows them is there
  useRuns(id)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such pull`} />
  return <Loaded query={query} rows={10}>{(of) => <Detail of={of} />}</Loaded>
}
