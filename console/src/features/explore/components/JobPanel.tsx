// SPDX-License-Identifier: Apache-2.0
// One export: run it, pause it, change it; and what became of each run.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Mono, Status, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { Failed, Skeleton } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { causes, outcomes, sendings, whatText, whenText } from '../exportWords'
import { addJob, deleteJob, editOf, isRunning, type Job, type Run, runFileHref, runJob, saveJob, sendRun, useJobs, useRuns } from '../exports'
import { JobDialog } from './JobDialog'

/** Where its file is on its way to the destination. */
function Sending({ job, run, sending, mayWrite }: { job: Job; run: Run; sending: keyof typeof sendings; mayWrite: boolean }) {
  const { i18n } = useLingui()
  const { title, tone } = sendings[sending]
  return (
    <>
      <span className="pt-row">
        <Status tone={tone} dot>{i18n._(title)}</Status>
        {run.sent_at !== null && <Time at={run.sent_at} />}
        {run.try_at !== null && run.tries > 0 && <span className="pt-faint"><Trans>next try <Time at={run.try_at} /></Trans></span>}
        {mayWrite && run.file !== null && run.trouble !== null && sending !== 'sent' && <Button size="compact-sm" onClick={() => void attempt(sendRun(job.id, run.number))}><Trans>Send again</Trans></Button>}
      </span>
      {run.place !== null && <code className="pt-ltr ex-file">{run.place}</code>}
      {run.trouble !== null && <bdi className="pt-text-bad">{run.trouble}</bdi>}
    </>
  )
}

function RunLine({ job, run }: { job: Job; run: Run }) {
  const { t, i18n } = useLingui()
  const mayWrite = useMay('reports.write')
  const mayPeople = useMay('profiles.read')
  const mayEvents = useMay('events.read')
  const mayRead = mayPeople && (job.what !== 'events' || mayEvents)
  const format = useFormat()
  const { title, tone } = outcomes[run.outcome]
  const rows = format.integer(run.rows)
  const bytes = format.bytes(run.bytes)
  const took = format.duration(run.took_ms)
  return (
    <li className="ex-run">
      <span className="pt-row"><Status tone={tone} dot>{i18n._(title)}</Status> <Time at={run.started_at} /> <span className="pt-faint">{i18n._(causes[run.cause])}</span></span>
      {run.outcome === 'done' && <span className="pt-soft"><Trans>{rows} rows, {bytes}, in {took}</Trans></span>}
      {run.reason !== null && <bdi className="pt-text-bad">{run.reason}</bdi>}
      {run.outcome === 'done' && run.sending !== 'none' && <Sending job={job} run={run} sending={run.sending} mayWrite={mayWrite} />}
      {run.file !== null && (mayRead
        ? <a className="pt-ltr ex-file" href={runFileHref(job.id, run.number)} download aria-label={t`Download ${run.file}`}><Icon name="download" /> {run.file}</a>
        : <code className="pt-ltr ex-file">{run.file}</code>)}
      {run.outcome === 'done' && run.file === null && <span className="pt-faint"><Trans>Its file is not kept any more.</Trans></span>}
    </li>
  )
}

function Runs({ job }: { job: Job }) {
  const runs = useRuns(job.id, job.last)
  if (runs.data === undefined) return runs.isError ? <Failed error={runs.error} retry={() => void runs.refetch()} /> : <Skeleton rows={4} />
  if (runs.data.length === 0) return <p className="pt-faint"><Trans>It has not run yet.</Trans></p>
  return <ul className="pt-items">{runs.data.map((run) => <RunLine key={run.number} job={job} run={run} />)}</ul>
}

function Actions({ job }: { job: Job }) {
  const { t } = useLingui()
  /** As it was when one began: what others have saved since is not overwritten. */
  const [editing, setEditing] = useState<Job | null>(null)
  const { name } = job
  const flip = () => attempt(saveJob(job, { ...editOf(job), enabled: !job.enabled }).then((saved) => toast({
    text: saved.enabled ? t`${name} runs by its schedule` : t`${name} is paused`, undo: () => saveJob(saved, { ...editOf(saved), enabled: job.enabled }),
  })))
  const remove = () => attempt(deleteJob(job.id).then(() => toast({ text: t`${name} is deleted, its files stay`, undo: () => addJob(editOf(job)) })))
  return (
    <div className="pt-row">
      <Button variant="filled" leftSection={<Icon name="play" />} disabled={isRunning(job)} onClick={() => void attempt(runJob(job.id))}><Trans>Run now</Trans></Button>
      <Button leftSection={<Icon name={job.enabled ? 'pause' : 'play'} />} onClick={() => void flip()}>{job.enabled ? <Trans>Pause</Trans> : <Trans>Go on</Trans>}</Button>
      <Menu>
        <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setEditing(job)}><Trans>Change…</Trans></Menu.Item>
          <Menu.Item onClick={() => void remove()}><Trans>Delete</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {editing !== null && (
        <JobDialog
          begin={editOf(editing)} title={t`Change the export`} submit={t`Save`} onClose={() => setEditing(null)}
          onSave={async (edit) => {
            await saveJob(editing, edit)
            setEditing(null)
          }}
        />
      )}
    </div>
  )
}

export function JobPanel({ job, onClose }: { job: Job; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const mayWrite = useMay('reports.write')
  const mayPeople = useMay('profiles.read')
  const targetName = useJobs().data?.targets.find((one) => one.id === job.destination)?.name ?? t`a destination that is gone`
  return (
    <SidePanel title={job.name} onClose={onClose}>
      {mayWrite && mayPeople && <Actions job={job} />}
      <Facts
        rows={[
          [t`Report`, <LinkTo key="r" href={`/explore/report/${job.report}`}><bdi>{job.report_name}</bdi></LinkTo>],
          [t`What`, whatText(i18n, job)],
          [t`When`, whenText(i18n, job)],
          [t`Next`, job.due_at === null ? t`paused` : <Time key="n" at={job.due_at} />],
          ...(job.destination === null ? [] : [[t`Where to`, <bdi key="d">{targetName}</bdi>] satisfies [string, React.ReactNode]]),
          [t`Folder`, job.folder === '' ? (job.destination === null ? t`that of all exports` : t`none`) : <Mono key="f" copy>{job.folder}</Mono>],
          [t`Files kept`, format.integer(job.keep_files)],
          [t`Changed`, <span key="c"><Time at={job.changed_at} /> <bdi className="pt-faint">{job.changed_by}</bdi></span>],
        ]}
      />
      <h3><Trans>Runs</Trans></h3>
      <Runs job={job} />
    </SidePanel>
  )
}
