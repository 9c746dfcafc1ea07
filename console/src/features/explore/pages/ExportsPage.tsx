// SPDX-License-Identifier: Apache-2.0
// What saved questions write to files by a schedule: when, how it went, and each run of one.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Ago, Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { JobPanel } from '../components/JobPanel'
import { outcomes, sendings, whatText, whenText } from '../exportWords'
import { type Job, type Run, useJobs } from '../exports'
import '../explore.css'

function Outcome({ run }: { run: Run }) {
  const { i18n } = useLingui()
  const { title, tone } = outcomes[run.outcome]
  // a file that does not arrive is as good as none
  const { title: said, tone: as } = run.outcome === 'done' && (run.sending === 'failed' || run.sending === 'waiting') ? sendings[run.sending] : { title, tone }
  return <Status tone={as} dot>{i18n._(said)}</Status>
}

const isBad = ({ last }: Job) => last?.outcome === 'failed' || last?.sending === 'failed'

function useColumns(): Column<Job>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (job) => <bdi>{job.name}</bdi>, value: (job) => job.name, width: 'minmax(150px, 1.2fr)' },
    { id: 'report', title: t`Report`, cell: (job) => <bdi title={job.report_name}>{job.report_name}</bdi>, value: (job) => job.report_name, width: 'minmax(120px, 1fr)' },
    { id: 'what', title: t`What`, cell: (job) => whatText(i18n, job), value: (job) => `${job.what} ${job.format}`, width: '180px' },
    { id: 'when', title: t`When`, cell: (job) => <span title={whenText(i18n, job)}>{whenText(i18n, job)}</span>, value: (job) => whenText(i18n, job), width: 'minmax(190px, 1.3fr)' },
    { id: 'next', title: t`Next`, cell: (job) => (job.due_at === null ? <span className="pt-faint">{t`paused`}</span> : <Time at={job.due_at} />), value: (job) => job.due_at, width: '190px' },
    { id: 'last', title: t`Last run`, cell: (job) => (job.last === null ? <span className="pt-faint">{t`none yet`}</span> : <Outcome run={job.last} />), value: (job) => job.last?.outcome, width: '120px' },
    { id: 'rows', title: t`Rows`, cell: (job) => (job.last?.outcome === 'done' ? format.integer(job.last.rows) : '–'), value: (job) => job.last?.rows, numeric: true, width: '90px' },
    { id: 'ended', title: t`Ended`, cell: (job) => <Ago at={job.last?.finished_at} />, value: (job) => job.last?.finished_at, width: '130px' },
    { id: 'folder', title: t`Folder`, cell: (job) => <code className="pt-ltr">{job.folder}</code>, value: (job) => job.folder, width: '150px', optional: true },
    { id: 'by', title: t`Changed by`, cell: (job) => <bdi>{job.changed_by}</bdi>, value: (job) => job.changed_by, width: '130px', optional: true },
  ], [t, i18n, format])
}

function List({ jobs, possible }: { jobs: readonly Job[]; possible: boolean }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const open = jobs.find((job) => job.id === url.open)
  if (jobs.length === 0) {
    return (
      <Empty title={t`No export yet`} action={possible && <ButtonLink href="/explore"><Trans>Choose a report</Trans></ButtonLink>}>
        {possible
          ? <Trans>Open a saved question and choose Export, then Schedule this. What it says is then written to a file every hour, day or week.</Trans>
          : <Trans>Whoever runs the server sets export.root first, the folder below which exports may be written; or an S3 store or a webhook is added under Destinations.</Trans>}
      </Empty>
    )
  }
  return (
    <div className="pt-split">
      <DataTable
        label={t`Exports by a schedule`} columns={columns} rows={jobs} rowId={(job) => job.id} csv="exports" storageKey="exports" openId={open?.id ?? null}
        onOpen={(job) => setUrl({ open: job.id })} tone={(job) => (isBad(job) ? 'bad' : undefined)} empty={null}
      />
      {open !== undefined && <JobPanel key={open.id} job={open} onClose={() => setUrl({ open: null })} />}
    </div>
  )
}

function Summary({ jobs }: { jobs: readonly Job[] }) {
  const { t } = useLingui()
  const all = plural(jobs.length, { one: '# export', other: '# exports' })
  const failing = jobs.filter(isBad).length
  const bad = plural(failing, { one: '# failed last', other: '# failed last' })
  return <><LinkTo href="/explore">{t`Explore`}</LinkTo> <span aria-hidden="true">·</span> {failing > 0 ? t`${all}, ${bad}` : all}</>
}

export function ExportsPage() {
  const { t } = useLingui()
  const query = useJobs()
  return (
    <Page fill title={t`Exports by a schedule`} note={query.data ? <Summary jobs={query.data.data} /> : '\u00a0'}>
      <Loaded query={query}>{({ data, possible, targets }) => <List jobs={data} possible={possible || targets.length > 0} />}</Loaded>
    </Page>
  )
}
