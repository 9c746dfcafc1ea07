// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../destinations.css'
import { Button, Menu, Progress as Bar } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useParam, useUrl } from '@/base/url'
import { Ago, Figure, Mono, Time } from '@/ui/bits'
import { ConfirmDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { DeadLetters } from '../components/DeadLetters'
import { DestinationState } from '../components/DestinationState'
import { FilterShown } from '../components/FilterShown'
import { MappingShown } from '../components/Mapping'
import { NotSent } from '../components/NotSent'
import { useRate } from '../components/Rate'
import { ReplayDialog } from '../components/ReplayDialog'
import { TestSend } from '../components/TestSend'
import { cancelReplay, changeDestination, deleteDestination, type Destination, type Kind, pause, resume, useDestination, useKinds, usePurposes } from '../model'
import { fieldWords, kindTitle } from '../words'

function useFlow(of: Destination) {
  const { t } = useLingui()
  const name = of.name
  const goes = of.state === 'running'
  return {
    goes,
    flip: () => attempt((goes ? pause : resume)(of.id).then(() => toast({ text: goes ? t`${name} is paused: it keeps its place` : t`${name} goes on`, undo: () => void attempt((goes ? resume : pause)(of.id)) }))),
    enable: () => attempt(changeDestination(of.id, { enabled: !of.enabled }).then(() => toast({
      text: of.enabled ? t`${name} is disabled: what comes meanwhile is not for it` : t`${name} is enabled: it begins with the next event`,
      ...(of.enabled ? {} : { undo: () => void attempt(changeDestination(of.id, { enabled: false })) }),
    }))),
  }
}

function Actions({ of }: { of: Destination }) {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const [deleting, setDeleting] = useState(false)
  const [replaying, setReplaying] = useState(false)
  const { goes, flip, enable } = useFlow(of)
  const group = t`Destinations`
  useShortcuts([
    { keys: 't', label: t`Test send`, group, run: () => setUrl({ test: '1' }) },
    { keys: 'e', label: t`Edit`, group, run: () => go(`/destinations/${of.id}/edit`) },
    { keys: 'p', label: t`Pause or go on`, group, run: () => of.enabled && void flip() },
  ])
  return (
    <>
      <Button variant="filled" onClick={() => setUrl({ test: '1' })}><Trans>Test send…</Trans></Button>
      {of.enabled && <Button leftSection={<Icon name={goes ? 'pause' : 'play'} />} onClick={() => void flip()}>{goes ? <Trans>Pause</Trans> : <Trans>Go on</Trans>}</Button>}
      <ButtonLink href={`/destinations/${of.id}/edit`}><Trans>Edit</Trans></ButtonLink>
      <Menu>
        <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="refresh" />} disabled={of.replay?.state === 'running'} onClick={() => setReplaying(true)}><Trans>Replay a range…</Trans></Menu.Item>
          <Menu.Item leftSection={<Icon name={of.enabled ? 'close' : 'check'} />} onClick={() => void enable()}>{of.enabled ? <Trans>Disable</Trans> : <Trans>Enable</Trans>}</Menu.Item>
          <Menu.Item leftSection={<Icon name="close" />} onClick={() => setDeleting(true)}><Trans>Delete the destination…</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <TestSend of={of} opened={url.test === '1'} onClose={() => setUrl({ test: null })} />
      <ReplayDialog of={of} opened={replaying} onClose={() => setReplaying(false)} />
      <ConfirmDialog
        title={t`Delete the destination`} word={of.name} opened={deleting} onClose={() => setDeleting(false)} submit={t`Delete it`}
        onConfirm={async () => {
          await deleteDestination(of.id)
          go('/destinations')
        }}
      >
        <Trans>Its place in the log and its dead letters go with it. Events stay. This cannot be undone.</Trans>
      </ConfirmDialog>
    </>
  )
}

function Figures({ of, at }: { of: Destination; at: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const rate = useRate(of.delivered, at)
  return (
    <div className="pt-figures">
      <Figure label={t`Now`} value={rate === null ? '–' : format.number(rate, rate < 10 ? 1 : 0)} unit={t`events/s`} note={rate === null ? t`measuring` : t`over the last seconds`} />
      <Figure label={t`Sent in all`} value={format.integer(of.delivered)} note={of.last_success_at === null ? t`none yet` : <>{t`last`} <Ago at={of.last_success_at} /></>} />
      <Figure
        label={t`Not settled`} value={format.integer(of.lag)} unit={t`records`} {...(of.lag_s > 60 ? { tone: 'warn' as const } : {})}
        note={of.lag === 0 ? t`nothing waits` : t`oldest ${format.duration(of.lag_s * 1000)}`} definition={t`Records of the log that this destination has not settled yet`}
      />
      <Figure
        label={t`Receipt to answer`} value={of.latency_p50_ms === null ? '–' : format.duration(of.latency_p50_ms)} definition={t`Of what was sent in the last minutes: half of it took less`}
        note={of.latency_p99_ms === null ? t`nothing sent lately` : t`99 of 100 within ${format.duration(of.latency_p99_ms)}`}
      />
      <Figure label={t`Put off`} value={format.integer(of.waiting)} unit={t`events`} note={t`tried again later`} />
      <Figure label={t`Failed for good`} value={format.integer(of.dead)} unit={t`events`} {...(of.dead > 0 ? { tone: 'warn' as const } : {})} note={of.dead > 0 ? t`kept below` : t`none`} />
    </div>
  )
}

/** What a person should know or do first. */
function Notice({ of }: { of: Destination }) {
  const mayWrite = useMay('destinations.write')
  const { flip } = useFlow(of)
  if (of.state === 'stopped') {
    return (
      <div className="pt-banner pt-bad" role="alert">
        <span className="de-error"><Trans>It has stopped and sends nothing until somebody sees to it: <bdi>{of.state_reason}</bdi></Trans></span>
        {mayWrite && <Button size="compact-xs" onClick={() => void flip()}><Trans>Try again</Trans></Button>}
      </div>
    )
  }
  if (of.state === 'broken') {
    return (
      <div className="pt-banner pt-warn" role="status">
        <span className="de-error">
          <Trans>It does not answer as it should: <bdi>{of.last_error ?? of.state_reason}</bdi></Trans>
          {of.waits_until !== null && <> · <Trans>tried again at <Time at={of.waits_until} style="time" /></Trans></>}
        </span>
        {mayWrite && <Button size="compact-xs" onClick={() => void attempt(resume(of.id))}><Trans>Try now</Trans></Button>}
      </div>
    )
  }
  return null
}

function Work({ of }: { of: Destination }) {
  const { t } = useLingui()
  const format = useFormat()
  const mayWrite = useMay('destinations.write')
  const runs = of.replay?.state === 'running' ? of.replay : null
  if (of.job === null && runs === null) return null
  const share = runs === null ? 0 : (runs.next - runs.from) / Math.max(1, runs.until - runs.from)
  return (
    <Panel title={t`Under way`}>
      <div className="pt-stack" role="status">
        {of.job !== null && (
          <div>
            <div>{of.job.kind === 'redrive' ? t`Dead letters are sent again: ${format.integer(of.job.done)} of ${format.integer(of.job.total)}` : t`Dead letters are discarded: ${format.integer(of.job.done)} of ${format.integer(of.job.total)}`}</div>
            <Bar value={(100 * of.job.done) / Math.max(1, of.job.total)} aria-label={t`How far`} />
          </div>
        )}
        {runs !== null && (
          <div className="pt-row">
            <div className="pt-grow">
              <div>{t`Replay: ${format.integer(runs.sent)} events sent, ${format.percent(share, 0)} of the range`}</div>
              <Bar value={100 * share} aria-label={t`How far the replay is`} />
            </div>
            {mayWrite && <Button onClick={() => void attempt(cancelReplay(of.id))}><Trans>End it</Trans></Button>}
          </div>
        )}
      </div>
    </Panel>
  )
}

function About({ of, kind }: { of: Destination; kind: Kind | undefined }) {
  const { t, i18n } = useLingui()
  const purposes = usePurposes().data
  const secret = (name: string) => of.secrets_set.includes(name)
  const fields = (kind?.fields ?? []).filter((field) => (of.settings[field.name] ?? '') !== '' || secret(field.name))
  const named = of.purposes.map((id) => purposes?.find((one) => one.id === id)?.name ?? id)
  return (
    <Panel title={t`About`}>
      <Facts
        rows={[
          [t`Kind`, kindTitle(i18n, of.kind, kind)],
          ...fields.map((field): [string, React.ReactNode] => [fieldWords(i18n, of.kind, field).title, secret(field.name) ? <span key={field.name} className="pt-faint">{t`stored, never shown`}</span> : <Mono key={field.name}>{of.settings[field.name] ?? ''}</Mono>]),
          [t`Needs consent to`, named.length === 0 ? t`nothing` : named.join(', ')],
          [t`Events`, of.events === null ? t`all` : of.events.map((row) => String((row as { name?: string }).name)).join(', ')],
          [t`Id`, <Mono key="id" copy>{of.id}</Mono>],
          [t`Added`, <Time key="c" at={of.created_at} />],
          [t`Changed`, <span key="m"><Time at={of.changed_at} /> <bdi className="pt-faint">{of.changed_by}</bdi></span>],
        ]}
      />
    </Panel>
  )
}

function Detail({ of, at }: { of: Destination; at: number }) {
  const { t } = useLingui()
  const mayWrite = useMay('destinations.write')
  const kind = useKinds().data?.find((one) => one.name === of.kind)
  return (
    <Page
      title={of.name} note={<span className="pt-row"><LinkTo href="/destinations">{t`Destinations`}</LinkTo> <DestinationState of={of} /></span>}
      actions={mayWrite && <Actions of={of} />}
    >
      <Notice of={of} />
      <Figures of={of} at={at} />
      <Work of={of} />
      <div className="de-columns">
        <div className="pt-stack">
          <Panel title={t`Failed for good`} flush><DeadLetters of={of} /></Panel>
          {of.last_error !== null && (
            <Panel title={t`Last error`}><span className="de-error"><bdi>{of.last_error}</bdi> <span className="pt-faint"><Ago at={of.last_error_at} /></span></span></Panel>
          )}
        </div>
        <div className="pt-stack">
          <NotSent of={of} />
          <About of={of} kind={kind} />
          {of.filter !== null && <Panel title={t`Filter`}><FilterShown json={of.filter} /></Panel>}
          {of.mapping !== null && <Panel title={t`Field mapping`}><MappingShown mapping={of.mapping} /></Panel>}
        </div>
      </div>
    </Page>
  )
}

export function DestinationPage() {
  const { t } = useLingui()
  const query = useDestination(useParam('id'))
  // asked for at once, not when the part that shows them is there
  useKinds()
  usePurposes()
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such destination`} />
  return <Loaded query={query} rows={10}>{(of) => <Detail of={of} at={query.dataUpdatedAt} />}</Loaded>
}
