// SPDX-License-Identifier: Apache-2.0
// What has happened to a request, in order, and how far its erasure is.
import { Trans, useLingui } from '@lingui/react/macro'
import { Progress as Bar } from '@mantine/core'
import type { ReactNode } from 'react'
import { useMay } from '@/base/session'
import { Time, type Tone } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { isOver, moving, type PrivacyRequest } from '../model'
import { actorName, STEPS } from '../words'
import { Due, useNow } from './Due'

type Moment = { id: string; what: string; at: string | null; by?: ReactNode; tone?: Tone }

function useMoments(of: PrivacyRequest): Moment[] {
  const { t, i18n } = useLingui()
  const by = actorName(i18n, of.requested_by)
  const approver = of.decided_by === null ? null : actorName(i18n, of.decided_by)
  const erasure = of.kind === 'erasure'
  const reason = of.problem === null ? null : <bdi key="why">{of.problem}</bdi>
  const asked: ReactNode = of.channel === 'shop' ? <Trans>by the shop <bdi>{by}</bdi></Trans>
    : of.channel === 'register' ? t`by the server: a backup brought back who was erased` : <Trans>by <bdi>{by}</bdi></Trans>
  const moments: (Moment | false)[] = [
    { id: 'received', what: t`Received`, at: of.received_at, by: asked },
    of.decided_at !== null && { id: 'approved', what: t`Approved`, at: of.decided_at, by: approver !== null && <Trans>by <bdi>{approver}</bdi></Trans> },
    of.started_at !== null && { id: 'started', what: erasure ? t`Erasure begun` : t`Archive begun`, at: of.started_at },
    of.erased_at !== null && { id: 'erased', what: t`Erased`, at: of.erased_at, by: t`events from before are suppressed` },
    of.state === 'failed' && { id: 'failed', what: t`Failed`, at: null, by: reason, tone: 'bad' },
    of.state === 'done' && { id: 'done', what: t`Done`, at: of.finished_at, tone: 'good' },
    of.state === 'refused' && { id: 'refused', what: t`Refused`, at: of.finished_at, by: reason },
    of.state === 'cancelled' && { id: 'cancelled', what: t`Taken back`, at: of.finished_at, by: reason },
    of.fetched_at !== null && { id: 'fetched', what: t`Archive handed over`, at: of.fetched_at, by: t`and removed from the server` },
  ]
  return moments.filter((one) => one !== false)
}

export function Course({ of }: { of: PrivacyRequest }) {
  const { t } = useLingui()
  const moments = useMoments(of)
  const now = useNow()
  const mayAudit = useMay('audit.read')
  return (
    <Panel title={t`Course`}>
      <ol className="pt-items pr-course">
        {moments.map(({ id, what, at, by, tone }) => (
          <li key={id}>
            <span className={`pr-mark ${tone ? `pt-text-${tone}` : ''}`} aria-hidden="true" />
            <div><strong>{what}</strong> {at !== null && <span className="pt-soft"><Time at={at} /></span>}{by && <div className="pt-soft pr-by">{by}</div>}</div>
          </li>
        ))}
        {!isOver(of.state) && of.channel !== 'register' && (
          <li className="pr-next"><span className="pr-mark" aria-hidden="true" /><div><strong>{t`Answer due`}</strong> <Due of={of} now={now} /></div></li>
        )}
      </ol>
      {mayAudit && <p className="pr-after"><LinkTo href={`/audit?subject=${of.id}`}>{t`All of it in the audit`}</LinkTo></p>}
    </Panel>
  )
}

/** While it is being carried out. */
export function Running({ of }: { of: PrivacyRequest }) {
  const { t, i18n } = useLingui()
  if (!moving(of.state)) return null
  const { step, steps } = of
  const known = of.kind === 'erasure' && steps === STEPS.length
  const waits = of.problem
  return (
    <Panel title={t`Under way`}>
      <div className="pt-stack">
        <div role="status">
          {of.kind === 'export' ? t`The archive is being made.` : of.state === 'approved' ? t`Approved: it begins in a moment, together with others that wait.` : t`Step ${step} of ${steps} is done.`}
          {waits !== null && <div className="pt-text-warn"><Trans>It waits and goes on by itself: <bdi>{waits}</bdi></Trans></div>}
        </div>
        {of.kind === 'erasure' && <Bar value={(100 * step) / Math.max(1, steps)} aria-label={t`How far the erasure is`} />}
        {known && (
          <ol className="pt-items pr-steps">
            {STEPS.map((name, i) => (
              <li key={name.id} className={i < step ? 'pr-done' : i === step && of.state === 'running' ? 'pr-on' : 'pt-faint'} aria-current={i === step && of.state === 'running' ? 'step' : undefined}>
                <span className="pr-tick">{i < step && <><Icon name="check" size={14} /><span className="pt-hidden">{t`done`}</span></>}</span>{i18n._(name)}
              </li>
            ))}
          </ol>
        )}
        <p className="pt-faint"><Trans>It goes on without this page, and begins again by itself after a restart of the server.</Trans></p>
      </div>
    </Panel>
  )
}
