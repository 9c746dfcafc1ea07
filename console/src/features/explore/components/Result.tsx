// SPDX-License-Identifier: Apache-2.0
// The answer: what is drawn, of how much it is, how fresh, and what keeps it from being there.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { ApiError } from '@/api/client'
import { makeFormat, useFormat } from '@/base/format'
import { Empty, errorText, Failed, Skeleton } from '@/ui/states'
import type { Answer } from '../answer'
import type { Note, useAnswer } from '../model'
import { sampleOf } from '../samples'
import type { Question } from '../useQuestion'
import { faults as faultWords } from '../words'
import { CompareResult } from '../results/Compare'
import { CorrelationResult } from '../results/Correlation'
import { FrictionResult } from '../results/Friction'
import { FunnelResult } from '../results/Funnel'
import { JourneyResult } from '../results/Journey'
import { LifecycleResult, SessionsResult, StickinessResult } from '../results/Others'
import { PathsResult } from '../results/Paths'
import { RetentionResult } from '../results/Retention'
import { SegmentationResult } from '../results/Segmentation'
import type { Open } from './Figures'

const SLOW_MS = 1000

/** How long it is asked for, once that is longer than a moment. */
function Progress({ busy }: { busy: boolean }) {
  const { t } = useLingui()
  const format = useFormat()
  const [since, setSince] = useState<number | null>(null)
  const [now, setNow] = useState(0)
  useEffect(() => {
    if (!busy) {
      setSince(null)
      return
    }
    const begin = Date.now()
    const timer = setInterval(() => {
      setSince(begin)
      setNow(Date.now())
    }, SLOW_MS)
    return () => clearInterval(timer)
  }, [busy])
  const time = since === null ? '' : format.duration(Math.floor((now - since) / 1000) * 1000)
  return (
    <div className="ex-progress" role="status" data-on={since !== null}>
      {since !== null && <><span className="ex-progress-bar" aria-hidden="true" /><span className="pt-faint">{t`Reading events for ${time}`}</span></>}
    </div>
  )
}

function About({ answer }: { answer: Answer }) {
  const { t } = useLingui()
  const format = useFormat()
  const people = plural(answer.people, { one: '# person', other: '# people' })
  const rows = plural(answer.rows, { one: '# event read', other: '# events read' })
  const position = format.integer(answer.watermark.position)
  const behind = answer.watermark.behind
  const took = format.duration(Math.max(1, Math.ceil(answer.took_ms)))
  const running = 'periods' in answer && answer.periods.length > 1 && (answer.query.range as { last?: unknown } | undefined)?.last !== undefined
  const { zone } = answer.range
  const left = ('values_left' in answer ? answer.values_left : null) ?? 0
  return (
    <p className="ex-about pt-faint">
      <span>{people}</span>
      <span>{rows}</span>
      <span>{behind === 0 ? t`up to date, at event number ${position}` : plural(behind, { one: `up to event number ${position}, # newer one is not in it yet`, other: `up to event number ${position}, # newer ones are not in it yet` })}</span>
      {running && <span>{t`the newest period is not over yet`}</span>}
      {left > 0 && <span>{plural(left, { one: '# more value is not shown', other: '# more values are not shown' })}</span>}
      <span>{t`days of ${zone}`}</span>
      <span>{answer.cached ? t`as answered before` : t`answered in ${took}`}</span>
    </p>
  )
}

function Drawn({ answer, earlier, notes, tools, onOpen }: { answer: Answer; earlier: Answer | null; notes: readonly Note[]; tools: ReactNode; onOpen: Open }) {
  const { i18n } = useLingui()
  const { locale } = useFormat()
  const zone = answer.range.zone
  // one zone a page: that of the question
  const tell = useMemo(() => ({ i18n, format: makeFormat(locale, zone) }), [i18n, locale, zone])
  switch (answer.kind) {
    case 'segmentation': return <SegmentationResult answer={answer} earlier={earlier?.kind === 'segmentation' ? earlier : null} tell={tell} notes={notes} tools={tools} onOpen={onOpen} />
    case 'funnel': return <FunnelResult answer={answer} tell={tell} onOpen={onOpen} />
    case 'retention': return <RetentionResult answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
    case 'paths': return <PathsResult answer={answer} tell={tell} onOpen={onOpen} />
    case 'stickiness': return <StickinessResult answer={answer} tell={tell} onOpen={onOpen} />
    case 'lifecycle': return <LifecycleResult answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
    case 'compare': return <CompareResult answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
    case 'correlation': return <CorrelationResult answer={answer} tell={tell} onOpen={onOpen} />
    case 'friction': return <FrictionResult answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
    case 'journey': return <JourneyResult answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
    case 'sessions': return <SessionsResult answer={answer} tell={tell} notes={notes} onOpen={onOpen} />
  }
}

const isEmpty = (answer: Answer) => answer.people === 0 && (answer.kind !== 'segmentation' || answer.data.every((row) => row.series.every((one) => one.values.every((value) => value === null || value === 0))))

/** What is missing before it can be asked. */
function Missing({ question }: { question: Question }) {
  const { t, i18n } = useLingui()
  const words = [...new Set([...question.faults.values()].map((fault) => i18n._(faultWords[fault])))]
  const { draft } = question
  const sample = draft === null ? null : sampleOf(draft)
  return (
    <Empty title={t`The question is not whole yet`} action={sample !== null && <Button onClick={() => question.changeDraft(sample)}><Trans>Show an example</Trans></Button>}>
      {words.length > 0 ? new Intl.ListFormat(i18n.locale).format(words) : t`It is asked as soon as it is.`}
    </Empty>
  )
}

/** `tools`: beside the picture of a trend. */
export function Result({ question, query, earlier, notes, tools, onOpen }: {
  question: Question
  query: ReturnType<typeof useAnswer>
  earlier: Answer | null
  notes: readonly Note[]
  tools: ReactNode
  onOpen: Open
}) {
  const { t } = useLingui()
  const answer = query.data
  // the last answer of this kind stands until the next one is there
  const shown = answer !== undefined && answer.kind === (question.draft?.kind ?? answer.kind) ? answer : undefined
  if (!question.whole) return <Missing question={question} />
  if (query.isError && !query.isFetching) {
    // what is wrong with the question itself is not mended by asking again
    if (query.error instanceof ApiError && (query.error.status === 400 || query.error.status === 413)) {
      return <div role="alert"><Empty title={t`This question cannot be answered`}><bdi>{errorText(query.error)}</bdi></Empty></div>
    }
    return shown === undefined ? <Failed error={query.error} retry={() => void query.refetch()} /> : <p role="alert" className="pt-banner pt-bad"><bdi>{errorText(query.error)}</bdi></p>
  }
  return (
    <>
      <Progress busy={query.isFetching} />
      {shown === undefined ? <Skeleton rows={8} /> : (
        <div className="pt-stack" data-stale={query.isPlaceholderData} aria-busy={query.isFetching}>
          {isEmpty(shown) ? <Empty title={t`Nobody did this`}><Trans>No event of the range fits. A longer range or fewer conditions may find some.</Trans></Empty> : <Drawn answer={shown} earlier={earlier} notes={notes} tools={tools} onOpen={onOpen} />}
          <About answer={shown} />
        </div>
      )}
    </>
  )
}
