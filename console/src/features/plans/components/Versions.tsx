// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useUrl } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { DataTable } from '@/ui/DataTable'
import { Panel } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { changes, type Change, type Draft, folded } from '../draft'
import { type Plan, useVersion, useVersions } from '../model'

function Diff({ change }: { change: Change }) {
  const { t } = useLingui()
  const names = { added: t`Added`, removed: t`Removed`, changed: t`Changed` }
  const tones = { added: 'good', removed: 'bad', changed: 'warn' } as const
  const marks = { same: ' ', added: '+', removed: '-' }
  return (
    <section className="pl-change">
      <h3><Status tone={tones[change.kind]}>{names[change.kind]}</Status> <bdi>{change.key || t`The plan`}</bdi></h3>
      <pre className="pl-diff pt-ltr" tabIndex={0} role="region" aria-label={change.key || t`The plan`}>
        {folded(change.lines).map((line, i) => (line.kind === 'gap'
          ? <span key={i} className="pt-faint">⋯{'\n'}</span>
          : <span key={i} className={`pl-${line.kind}`}>{marks[line.kind]} {line.text}{'\n'}</span>))}
      </pre>
    </section>
  )
}

function Compare({ plan, version, now, mayWrite, onRestore }: { plan: Plan; version: number; now: Draft; mayWrite: boolean; onRestore: (old: Plan) => void }) {
  const { t } = useLingui()
  const query = useVersion(plan.id, version)
  return (
    <Loaded query={query}>
      {(old) => {
        const found = changes(old, now)
        return (
          <Panel title={t`From version ${version} to what stands here`} actions={mayWrite && <Button disabled={found.length === 0} onClick={() => onRestore(old)}><Trans>Bring version {version} back</Trans></Button>}>
            {found.length === 0 ? <p className="pt-soft"><Trans>They are the same.</Trans></p> : found.map((change) => <Diff key={change.key} change={change} />)}
          </Panel>
        )
      }}
    </Loaded>
  )
}

/** All versions, what is different, and the way back. */
export function Versions({ plan, now, mayWrite, onRestore }: { plan: Plan; now: Draft; mayWrite: boolean; onRestore: (old: Plan) => void }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const query = useVersions(plan.id)
  const chosen = /^\d{1,7}$/.test(url.version ?? '') ? Number(url.version) : null
  return (
    <div className="pt-stack">
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t`Versions`} rows={data.pages.flatMap((page) => page.data)} rowId={(v) => String(v.version)} openId={url.version ?? null} onOpen={(v) => setUrl({ version: v.version })} maxRows={8}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined} empty={<Empty title={t`No version yet`} />}
            columns={[
              { id: 'version', title: t`Version`, main: true, cell: (v) => (v.version === plan.version ? <>{v.version} <Status tone="good">{t`in force`}</Status></> : v.version), width: '150px' },
              { id: 'at', title: t`Saved`, cell: (v) => <Time at={v.saved_at} />, width: '220px' },
              { id: 'by', title: t`By`, cell: (v) => <bdi>{v.saved_by}</bdi>, width: 'minmax(120px, 1fr)' },
              { id: 'rules', title: t`Rules`, cell: (v) => plural(v.rules, { one: '# rule', other: '# rules' }), width: '110px' },
              { id: 'note', title: t`Note`, cell: (v) => <bdi title={v.note}>{v.note}</bdi>, width: 'minmax(120px, 2fr)' },
            ]}
          />
        )}
      </Loaded>
      {chosen === null ? <p className="pt-soft"><Trans>Choose a version to see what has changed since.</Trans></p> : <Compare plan={plan} version={chosen} now={now} mayWrite={mayWrite} onRestore={onRestore} />}
    </div>
  )
}
