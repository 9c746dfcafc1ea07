// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { categoriesOf, deskFeature, useNamed } from '@/features/desk'
import { Ago, Figure, Time } from '@/ui/bits'
import { Page, Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { attempt, toast } from '@/ui/toast'
import { ExamplesDialog } from '../components/Examples'
import { Learning } from '../components/Learning'
import { VersionPanel, Versions } from '../components/Versions'
import { Weeks } from '../components/Weeks'
import { type Kind, KINDS, type Model, train, type Training, useModels, useWeeks } from '../model'
import { kinds, sentiments } from '../words'
import '../triage.css'

/** What people call a label. */
function useLabelName(kind: Kind) {
  const { t, i18n } = useLingui()
  const named = useNamed().data
  return useCallback((label: string): string => {
    if (label === 'oos') return t`none of these`
    if (label === '') return t`unknown to it`
    if (kind === 'sentiment') return sentiments[label] ? i18n._(sentiments[label]) : label
    return (kind === 'queue' ? (named?.queues ?? []) : categoriesOf(named)).find((one) => one.id === label)?.name ?? label
  }, [t, i18n, kind, named])
}

function Figures({ of }: { of: Model }) {
  const { t } = useLingui()
  const format = useFormat()
  const { held, threshold, precision_wanted } = of.metrics
  const texts = format.integer(held.texts)
  const note = t`of ${texts} texts held out`
  if (held.texts === 0) return <p className="pt-soft"><Trans>No texts were held out for this version: there is nothing to measure it by yet.</Trans></p>
  return (
    <div className="pt-figures">
      <Figure label={t`Right`} value={format.percent(held.accuracy)} note={note} definition={t`Share of the texts held out whose label it finds`} />
      <Figure label={t`Accepted`} value={format.percent(held.coverage)} note={threshold > 1 ? t`nothing is sure enough` : t`from ${format.percent(threshold, 0)} sure on`} definition={t`Share of the texts that it is sure enough of`} />
      <Figure label={t`Of these right`} value={held.coverage === 0 ? '–' : format.percent(held.precision)} note={t`wanted: ${format.percent(precision_wanted, 0)}`} tone={held.coverage > 0 && held.precision < precision_wanted - 0.01 ? 'warn' : 'plain'} definition={t`Share of the accepted that is right`} />
      <Figure label={t`Calibration error`} value={format.percent(held.calibration_error)} note={note} definition={t`How far what it says of its sureness is from what is right`} />
    </div>
  )
}

/** Tells how the training that one watches ended; a small one is over before it is seen to run. */
function useEnded(training: Training | undefined, newest: number) {
  const { t } = useLingui()
  const format = useFormat()
  const before = useRef(training?.ended_at)
  useEffect(() => {
    if (training === undefined || training.running) return
    if (before.current !== undefined && before.current !== training.ended_at) {
      const version = format.integer(newest)
      toast(training.problem === null ? { text: t`Version ${version} was made` } : { text: training.problem, tone: 'bad' })
    }
    before.current = training.ended_at
  }, [training?.running, training?.ended_at])
}

function Note({ of, training }: { of: Model | undefined; training: Training }) {
  const format = useFormat()
  const version = format.integer(of?.version ?? 0)
  return (
    <span className="pt-row">
      {of === undefined ? <Trans>No model is in force.</Trans> : <span><Trans>Version {version} is in force, made <Ago at={of.made_at} />.</Trans></span>}
      {training.running ? <span className="pt-text-accent" role="status"><Trans>A new one is being made since <Time at={training.began_at} style="time" />…</Trans></span>
        : training.problem !== null && <span className="pt-text-bad"><Trans>The last training failed: <bdi>{training.problem}</bdi></Trans></span>}
    </span>
  )
}

export function TriagePage() {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const kind = oneOf(url.kind, KINDS)
  const query = useModels(kind)
  const weeks = useWeeks()
  const nameOf = useLabelName(kind)
  const may = useMay('desk.policy')
  const [adding, setAdding] = useState(false)
  const models = query.data?.data ?? []
  const inForce = models.find((one) => one.state === 'in_force')
  const shown = models.find((one) => String(one.version) === url.version) ?? inForce ?? models[0]
  const running = query.data?.training.running ?? false
  useEnded(query.data?.training, models[0]?.version ?? 0)
  const begin = async () => {
    await train(kind)
    toast({ text: t`A new model is being made. It takes over if it is not worse.` })
  }
  return (
    <Page
      title={t`Triage`} note={query.data ? <Note of={inForce} training={query.data.training} /> : '\u00a0'}
      actions={may && <><Button onClick={() => setAdding(true)}><Trans>Add labelled texts…</Trans></Button><Button variant="filled" loading={running} onClick={() => void attempt(begin())}><Trans>Train now</Trans></Button></>}
    >
      <AreaTabs of={deskFeature} />
      <SegmentedControl className="tr-kinds" aria-label={t`What is told`} value={kind} data={KINDS.map((value) => ({ value, label: i18n._(kinds[value]) }))} onChange={(value) => setUrl({ kind: value === 'category' ? null : value, version: null })} />
      <Loaded query={query} rows={8}>
        {() => (
          <>
            {shown && <Figures of={shown} />}
            <div className="tr-columns">
              <div><Versions models={models} shown={shown?.version ?? 0} /></div>
              <div><Learning kind={kind} /></div>
            </div>
            {shown && <VersionPanel kind={kind} of={shown} inForce={inForce?.version ?? 0} nameOf={nameOf} />}
          </>
        )}
      </Loaded>
      {kind === 'category' && <Panel flush title={t`What became of proposals`} label={t`Quality over time`}><Loaded query={weeks}>{(of) => <Weeks of={of} />}</Loaded></Panel>}
      {adding && <ExamplesDialog kind={kind} onClose={() => setAdding(false)} />}
    </Page>
  )
}
