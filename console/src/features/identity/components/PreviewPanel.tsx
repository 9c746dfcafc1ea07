// SPDX-License-Identifier: Apache-2.0
// What the rules would change, were they applied to all of history: a job on the server, its progress and what it found.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { Status, Time } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { type Example, type Preview, type PreviewPerson, startPreview, stopPreview, usePreview } from '../model'
import { draftOf, type Draft, same, type Sent, sentOf } from '../rules'

function Progress({ preview }: { preview: Preview }) {
  const { t } = useLingui()
  const format = useFormat()
  const share = Math.round(preview.progress * 100)
  const events = format.integer(preview.events)
  return (
    <div className="pt-row">
      <span className="id-bar" role="progressbar" aria-label={t`Log read`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share}><span style={{ inlineSize: `${Math.max(1, share)}%` }} /></span>
      <span>{format.percent(preview.progress, 0)}</span>
      <span className="pt-faint">{t`${events} events read`}</span>
    </div>
  )
}

function Figures({ preview }: { preview: Preview }) {
  const { t } = useLingui()
  const format = useFormat()
  const change = preview.after.persons - preview.before.persons
  const [was, identifiers, dropped] = [format.integer(preview.before.persons), format.integer(preview.after.identifiers), format.integer(preview.dropped.events)]
  const difference = `${change > 0 ? '+' : ''}${format.integer(change)}`
  return (
    <dl className="id-figures">
      <div><dt className="pt-soft">{t`Persons`}</dt><dd className="pt-figure-value">{format.integer(preview.after.persons)}</dd><dd className="pt-figure-note">{t`now ${was}`}, <span className="pt-ltr">{difference}</span></dd></div>
      <div><dt className="pt-soft">{t`Parted`}</dt><dd className="pt-figure-value">{format.integer(preview.parted)}</dd><dd className="pt-figure-note">{t`persons of today become several`}</dd></div>
      <div><dt className="pt-soft">{t`Joined`}</dt><dd className="pt-figure-value">{format.integer(preview.joined)}</dd><dd className="pt-figure-note">{t`persons come of several of today`}</dd></div>
      <div><dt className="pt-soft">{t`Left out`}</dt><dd className="pt-figure-value">{format.integer(preview.dropped.identifiers)}</dd><dd className="pt-figure-note">{t`identifiers over a limit, in ${dropped} events; ${identifiers} are kept`}</dd></div>
    </dl>
  )
}

function Person({ person }: { person: PreviewPerson }) {
  const { t } = useLingui()
  const name = person.name || (person.identifiers[0]?.value ?? t`Visitor without a name`)
  return (
    <li className="id-person">
      <strong>{person.id === null ? <span className="pt-soft">{t`somebody new`}</span> : <LinkTo href={`/customers/${person.id}`}><bdi>{name}</bdi></LinkTo>}</strong>
      <ul className="pt-items">
        {person.identifiers.map((one) => <li key={`${one.type} ${one.value}`}><span className="pt-faint">{one.type.replaceAll('_', ' ')}</span> <span className="pt-ltr">{one.value}</span></li>)}
        {person.more > 0 && <li className="pt-faint">{plural(person.more, { one: 'and # more', other: 'and # more' })}</li>}
      </ul>
    </li>
  )
}

function One({ example }: { example: Example }) {
  const { t } = useLingui()
  return (
    <li className="id-example">
      <Status tone={example.kind === 'parted' ? 'warn' : 'accent'}>{example.kind === 'parted' ? t`Parted` : t`Joined`}</Status>
      <div className="id-sides">
        <div><h4 className="pt-faint">{t`Now`}</h4><ul className="pt-items">{example.before.map((person, i) => <Person key={person.id ?? i} person={person} />)}</ul></div>
        <div><h4 className="pt-faint">{t`With these rules`}</h4><ul className="pt-items">{example.after.map((person, i) => <Person key={person.id ?? i} person={person} />)}</ul></div>
      </div>
      {example.more > 0 && <span className="pt-faint">{plural(example.more, { one: '# more person is not shown', other: '# more persons are not shown' })}</span>}
    </li>
  )
}

function Found({ preview, draft }: { preview: Preview; draft: Draft }) {
  const { t } = useLingui()
  const by = preview.by
  const stale = !same(draft, draftOf(preview.rules as unknown as Sent))
  return (
    <div className="pt-stack" role="status">
      {stale && <p className="pt-banner pt-warn"><Trans>This is of other rules than those on this page: preview again.</Trans></p>}
      <p className="pt-soft"><Trans>Of the log as it was <Time at={preview.finished_at ?? preview.started_at} />, asked for by <bdi>{by}</bdi>. Nothing was changed.</Trans></p>
      <Figures preview={preview} />
      {preview.examples.length > 0 ? <><h3>{t`Examples`}</h3><ul className="pt-items id-examples">{preview.examples.map((example, i) => <One key={i} example={example} />)}</ul></> : <p><Trans>Nobody would be parted or joined.</Trans></p>}
    </div>
  )
}

export function PreviewPanel({ draft, ready }: { draft: Draft; ready: boolean }) {
  const { t } = useLingui()
  const query = usePreview()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  async function attempt(what: () => Promise<void>) {
    setBusy(true)
    setError(null)
    try {
      await what()
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  const running = query.data?.state === 'running'
  return (
    <Panel
      title={t`What would change`} label={t`What would change`}
      actions={running
        ? <Button loading={busy} onClick={() => void attempt(stopPreview)}><Trans>Stop</Trans></Button>
        : <Button loading={busy} disabled={!ready} onClick={() => void attempt(() => startPreview(sentOf(draft)))}><Trans>Preview</Trans></Button>}
    >
      {error !== null && <p role="alert" className="pt-text-bad"><bdi>{errorText(error)}</bdi></p>}
      <Loaded query={query} rows={2}>
        {(preview) => (preview === null || preview.state === 'stopped'
          ? <p className="pt-soft"><Trans>Reads all of history beside the running server as if the rules on this page, saved or not, had always held. Nothing is changed.</Trans></p>
          : preview.state === 'running' ? <Progress preview={preview} />
            : preview.state === 'failed' ? <p role="alert" className="pt-text-bad"><bdi>{preview.problem}</bdi></p>
              : <Found preview={preview} draft={draft} />)}
      </Loaded>
    </Panel>
  )
}
