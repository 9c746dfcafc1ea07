// SPDX-License-Identifier: Apache-2.0
// A question and its answer. The address holds the question as it stands, and whose number is open.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { errorText, Skeleton } from '@/ui/states'
import { decode, encode, refusalOf } from '../address'
import type { Cell } from '../answer'
import { type Report, type Shown, shownJson, shownOf, useAnswer, useBefore } from '../model'
import { useLive } from '../live'
import { draftOf, kindOf, queryOf } from '../query'
import { sentence } from '../sentence'
import type { Json } from '../sets'
import { useQuestion } from '../useQuestion'
import { kinds } from '../words'
import { Exporting } from './Exporting'
import { Freshness, LiveSwitch } from './Following'
import { Notes } from './Notes'
import { PeoplePanel } from './People'
import { Result } from './Result'
import { Saving } from './Saving'
import '../explore.css'

// fields are many: the answer does not wait for them
const Builder = lazy(() => import('./Builder').then((m) => ({ default: m.Builder })))

const REST_MS = 400
/** Places that hold lists: what is wrong inside of them is said at the item. */
const LISTS = new Set(['series', 'steps', 'exclude', 'formulae', 'cohorts', 'query', 'properties', 'events', 'errors', 'stages'])
const ON_DAYS = new Set(['segmentation', 'retention', 'lifecycle', 'sessions', 'friction', 'journey'])

/** What is refused, at the place that it names. */
function useWrong(error: unknown) {
  return useMemo(() => {
    const refused = error instanceof ApiError && error.status === 400 ? refusalOf(errorText(error)) : null
    return (at: string) => (refused !== null && (refused.at === at || (!LISTS.has(at.slice(at.lastIndexOf('/') + 1)) && refused.at.startsWith(`${at}/`))) ? refused.says : null)
  }, [error])
}

/** What is typed, once the hands rest. */
function useRested(json: Json | null): Json | null {
  const text = json === null ? null : JSON.stringify(json)
  const [slow] = useDebouncedValue(text, REST_MS)
  return useMemo(() => (slow === null ? null : (JSON.parse(slow) as Json)), [slow])
}

/** As the fields would say it: the server gives all members back. */
function normal(json: Json): Json {
  const draft = draftOf(json)
  return draft === null ? json : queryOf(draft)
}

type Opened = { cell: Cell; of: string }

function openedOf(text: string | undefined): Opened | null {
  const read = decode(text)
  return typeof read?.cell === 'object' && read.cell !== null && typeof read.of === 'string' ? { cell: read.cell, of: read.of } : null
}

/** `fresh`: nobody has asked yet; the first field takes the focus. */
export function Explorer({ begin, report, fresh = false }: { begin: Json; report: Report | null; fresh?: boolean }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const question = useQuestion(begin)
  const [saved, setSaved] = useState(report)
  const [shown, setShown] = useState<Shown>(() => shownOf(decode(url.s) ?? saved?.shown ?? null))
  const mayWrite = useMay('reports.write')
  const asked = useRested(question.whole ? question.json : null)
  const following = url.live === '1'
  const live = useLive(asked, following)
  const query = useAnswer(asked)
  const answer = query.isPlaceholderData ? undefined : query.data
  const understood = useMemo(() => (answer === undefined ? null : draftOf(answer.query)), [answer])
  const compared = shown.compare && answer?.kind === 'segmentation' && answer.periods.length > 1
  const earlier = useBefore(compared ? asked : null, compared ? answer.range.from : null)
  const wrong = useWrong(query.error)
  const opened = useMemo(() => openedOf(url.p), [url.p])

  const [kept, setKept] = useState(() => (report === null ? null : JSON.stringify(normal(report.query))))
  const text = asked === null ? null : JSON.stringify(asked)
  const shownText = JSON.stringify(shownJson(shown))
  const keptShown = saved === null ? '{}' : JSON.stringify(shownJson(shownOf(saved.shown)))
  const changed = text !== null && (text !== kept || shownText !== keptShown)
  useEffect(() => {
    if (text === null) return
    setUrl({ q: text === kept ? null : encode(JSON.parse(text)), s: shownText === keptShown ? null : encode(JSON.parse(shownText)) })
  }, [text, kept, shownText, keptShown, setUrl])

  const kind = question.draft?.kind ?? (question.json === null ? undefined : (kindOf(question.json) ?? undefined))
  const inner = question.draft?.inner
  const onDays = kind === 'compare' ? inner?.kind === 'segmentation' : kind !== undefined && ON_DAYS.has(kind)
  const noted = onDays && (inner ?? question.draft)?.unit !== 'whole'
  const title = saved?.name ?? (kind === undefined ? t`Question` : i18n._(kinds[kind].title))
  const said = question.draft === null ? t`A question as JSON` : sentence(i18n, question.draft)
  const open = (cell: Cell, of: string) => setUrl({ p: encode({ cell, of }) })
  const compare = () => setShown({ ...shown, compare: !shown.compare })
  useShortcuts([
    { keys: 'e', label: t`Change the question`, group: t`Explore`, run: () => document.querySelector<HTMLElement>('.ex-builder input, .ex-builder textarea')?.focus() },
    ...(kind === 'segmentation' ? [{ keys: 'c', label: t`Compare with the time before`, group: t`Explore`, run: compare }] : []),
  ])
  return (
    <Page
      title={title}
      note={(
        <>
          <span className="ex-sentence"><LinkTo href="/explore">{t`Explore`}</LinkTo> <span aria-hidden="true">·</span> <bdi>{said}</bdi></span>
          {saved !== null && saved.description !== '' && <span className="pt-soft ex-description"><bdi>{saved.description}</bdi></span>}
        </>
      )}
      actions={(
        <>
        <LiveSwitch live={live} on={following} onChange={(on) => setUrl({ live: on ? '1' : null })} />
        <Exporting query={asked} opened={opened} report={saved} saved={!changed} />
        <Saving
          report={saved} edit={asked === null ? null : { query: asked, shown: shownJson(shown) }} changed={changed}
          onSaved={(next) => {
            // a new name says nothing of the question
            if (saved !== null && JSON.stringify(next.query) !== JSON.stringify(saved.query)) setKept(text)
            setSaved(next)
          }}
        />
        </>
      )}
    >
      <div className="ex-page" data-wide={kind === 'journey' && opened === null}>
        <div className="ex-main">
          <Panel label={t`Answer`}>
            <Result
              question={question} query={query} earlier={compared ? (earlier.data ?? null) : null} notes={shown.notes} onOpen={open}
              tools={<Button size="compact-sm" variant={shown.compare ? 'light' : 'default'} aria-pressed={shown.compare} onClick={compare}><Trans>Compare with the time before</Trans></Button>}
            />
            {following && <Freshness live={live} />}
            {noted && <Notes notes={shown.notes} may={mayWrite} onChange={(notes) => setShown({ ...shown, notes })} />}
          </Panel>
        </div>
        <div className="ex-side">
          {opened !== null && asked !== null && <PeoplePanel query={asked} cell={opened.cell} of={opened.of} onClose={() => setUrl({ p: null })} />}
          <div className="ex-builder" hidden={opened !== null}>
            <Suspense fallback={<Panel title={t`Question`}><Skeleton rows={8} /></Panel>}><Builder question={question} understood={understood} wrong={wrong} fresh={fresh} /></Suspense>
          </div>
        </div>
      </div>
    </Page>
  )
}
