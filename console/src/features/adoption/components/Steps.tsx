// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Anchor, NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFormat } from '@/base/format'
import { oneOf, useUrl } from '@/base/url'
import { Status, type Tone } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { type Identity, type Report, WITHIN } from '../model'
import { type Step, type StepKey, type StepState, stepsOf } from '../steps'
import { stepNames, stepStates } from '../words'

const TONES: Record<StepState, Tone> = { done: 'good', trouble: 'warn', open: 'plain' }

/** What the figures say of a step. */
function useSaid(report: Report, newest: Identity | undefined, within: number) {
  const { t } = useLingui()
  const format = useFormat()
  const forwarding = () => {
    const one = report.forwarding
    if (one === null) return t`No destination feeds the incumbent`
    const { name } = one
    if (one.state !== 'running') return t`${name} does not run`
    const dead = format.integer(one.dead)
    if (one.dead > 0) return t`${name} runs; ${dead} events failed for good`
    const lag = format.integer(one.lag)
    return one.lag === 0 ? t`${name} has forwarded all` : t`${name} runs, ${lag} records behind`
  }
  const persons = () => {
    if (newest === undefined) return t`Nothing compared yet`
    if (newest.state !== 'done') return newest.state === 'running' ? t`Being compared` : t`The last comparison failed`
    const [alike, theirs] = [format.integer(newest.alike), format.integer(newest.theirs)]
    return t`${alike} of ${theirs} persons are the same on both sides`
  }
  return (step: Step): string => {
    const [count, all] = [format.integer(step.count), format.integer(step.all)]
    const said: Record<StepKey, () => string> = {
      sources: () => plural(step.count, { one: '# event in this period', other: '# events in this period' }),
      forwarding,
      counts: () => t`The incumbent told of ${count} of ${all} days`,
      agree: () => t`${count} of ${all} event types agree within ${within} %`,
      persons,
      events: () => t`${count} of ${all} event types are not forwarded any more`,
      parts: () => t`${count} of ${all} parts are Patron's`,
    }
    return said[step.key]()
  }
}

/** Where a step is done. */
function Where({ step, report }: { step: StepKey; report: Report }): ReactNode {
  const [, setUrl] = useUrl()
  const one = report.forwarding
  switch (step) {
    case 'sources': return <LinkTo href="/sources"><Trans>Sources</Trans></LinkTo>
    case 'forwarding': return one === null ? <LinkTo href="/destinations/new?kind=segment"><Trans>Add a destination</Trans></LinkTo> : <LinkTo href={`/destinations/${one.id}`}><Trans>Its state</Trans></LinkTo>
    case 'events': return one === null ? null : <LinkTo href={`/destinations/${one.id}/edit`}><Trans>Its filter and events</Trans></LinkTo>
    case 'agree': return <Anchor component="button" type="button" onClick={() => setUrl({ show: 'differ' })}><Trans>What differs</Trans></Anchor>
    default: return null
  }
}

/** One part at a time: what is done, what is next, and where. */
export function Steps({ report, persons }: { report: Report; persons: readonly Identity[] }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const within = oneOf(url.within, WITHIN)
  const said = useSaid(report, persons[0], Number(within))
  const steps = stepsOf(report, persons[0], Number(within))
  const done = steps.filter((step) => step.state === 'done').length
  const all = steps.length
  return (
    <Panel
      title={t`Taking over, step by step`}
      actions={<>
        <span className="pt-faint">{t`${done} of ${all} done`}</span>
        <NativeSelect
          aria-label={t`Counts agree within`} value={within} data={WITHIN.map((value) => ({ value, label: t`within ${value} %` }))}
          onChange={(event) => setUrl({ within: event.currentTarget.value === WITHIN[0] ? null : event.currentTarget.value })}
        />
      </>}
    >
      <ol className="ad-steps">
        {steps.map((step) => (
          <li key={step.key} data-step={step.key} data-state={step.state}>
            <span className="ad-step-name">{i18n._(stepNames[step.key])}</span>
            <Status tone={TONES[step.state]}>{i18n._(stepStates[step.state])}</Status>
            <span className="pt-soft">{said(step)}</span>
            <span className="ad-step-where"><Where step={step.key} report={report} /></span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
