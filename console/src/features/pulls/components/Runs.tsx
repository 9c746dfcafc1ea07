// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useCallback, useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Ago, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Dialog } from '@/ui/dialogs'
import { Facts } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { type PullRun, useRuns } from '../model'
import { causes } from '../words'
import { RunStatus } from './States'

function useTook() {
  const format = useFormat()
  return useCallback((run: PullRun) => (run.finished_at === null ? '–' : format.duration(Date.parse(run.finished_at) - Date.parse(run.started_at))), [format])
}

function useColumns(): Column<PullRun>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const took = useTook()
  return useMemo(() => {
    const count = (id: string, title: string, of: (run: PullRun) => number, more: Partial<Column<PullRun>> = {}): Column<PullRun> => ({ id, title, cell: (r) => format.integer(of(r)), value: of, numeric: true, width: '74px', ...more })
    return [
      { id: 'started', title: t`Began`, main: true, cell: (r) => <Ago at={r.started_at} />, value: (r) => r.started_at, width: '140px' },
      { id: 'outcome', title: t`Outcome`, cell: (r) => <RunStatus outcome={r.outcome} />, value: (r) => r.outcome, width: '118px' },
      count('landed', t`Landed`, (r) => r.landed),
      count('items', t`Items`, (r) => r.items),
      count('duplicates', t`Known`, (r) => r.duplicates),
      { ...count('refused', t`Refused`, (r) => r.refused, { width: '80px' }), cell: (r) => <span className={r.refused > 0 ? 'pt-text-bad' : undefined}>{format.integer(r.refused)}</span> },
      count('pages', t`Pages`, (r) => r.pages, { width: '68px' }),
      { id: 'took', title: t`Took`, cell: took, width: '84px' },
      { id: 'why', title: t`Why, or the first refusal`, cell: (r) => <bdi title={r.reason ?? r.refusal ?? ''}>{r.reason ?? r.refusal ?? ''}</bdi>, value: (r) => r.reason ?? r.refusal, width: 'minmax(140px, 1fr)' },
      { id: 'cause', title: t`Begun`, cell: (r) => i18n._(causes[r.cause]), value: (r) => r.cause, width: '130px', optional: true },
      count('skipped', t`Left out`, (r) => r.skipped, { optional: true }),
      count('quarantined', t`Kept aside`, (r) => r.quarantined, { optional: true, width: '100px' }),
      { id: 'bytes', title: t`Size`, cell: (r) => format.bytes(r.bytes), value: (r) => r.bytes, numeric: true, width: '90px', optional: true },
    ]
  }, [t, i18n, format, took])
}

/** All that is known of a run. */
function RunDialog({ run, onClose }: { run: PullRun | undefined; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const took = useTook()
  const number = run === undefined ? '' : format.integer(run.number)
  return (
    <Dialog title={t`Run ${number}`} opened={run !== undefined} onClose={onClose}>
      {run && (
        <Facts
          rows={[
            [t`Outcome`, <RunStatus key="o" outcome={run.outcome} />],
            ...(run.reason === null ? [] : [[t`Why`, <bdi key="w">{run.reason}</bdi>] as [string, React.ReactNode]]),
            [t`Begun`, <span key="s"><Time at={run.started_at} /> <span className="pt-faint">{i18n._(causes[run.cause])}</span></span>],
            [t`Took`, took(run)],
            [t`Pages`, <span key="p">{format.integer(run.pages)} <span className="pt-faint">{format.bytes(run.bytes)}</span></span>],
            [t`Items read`, format.integer(run.items)],
            [t`Events landed`, format.integer(run.landed)],
            [t`Known already`, format.integer(run.duplicates)],
            [t`Items refused`, format.integer(run.refused)],
            ...(run.refusal === null ? [] : [[t`The first refused`, <bdi key="r">{run.refusal}</bdi>] as [string, React.ReactNode]]),
            [t`Left out by a rule`, format.integer(run.skipped)],
            [t`Kept aside in quarantine`, format.integer(run.quarantined)],
          ]}
        />
      )}
    </Dialog>
  )
}

export function Runs({ id }: { id: string }) {
  const { t } = useLingui()
  const query = useRuns(id)
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  return (
    <Loaded query={query}>
      {() => (
        <>
          <DataTable
            label={t`Runs`} columns={columns} rows={rows} rowId={(r) => String(r.number)} csv="runs" storageKey="pull-runs" maxRows={12} onOpen={(r) => setUrl({ run: r.number })}
            tone={(r) => (r.outcome === 'stopped' ? 'bad' : r.outcome === 'failed' ? 'warn' : undefined)}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            empty={<Empty title={t`It has not run yet`}><Trans>Each run stands here with what it read and what landed; the last 100 are kept.</Trans></Empty>}
          />
          <RunDialog run={rows.find((r) => String(r.number) === url.run)} onClose={() => setUrl({ run: null })} />
        </>
      )}
    </Loaded>
  )
}
