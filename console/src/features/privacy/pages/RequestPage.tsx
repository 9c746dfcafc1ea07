// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ApiError } from '@/api/client'
import { useMay } from '@/base/session'
import { useParam } from '@/base/url'
import { Mono, ZoneNote } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { Archive } from '../components/Archive'
import { Certificate } from '../components/Certificate'
import { Course, Running } from '../components/Course'
import { Decide, WhoDecides } from '../components/Decide'
import { FigureTable } from '../components/FigureTable'
import { Preview } from '../components/Preview'
import { SubjectList } from '../components/Subjects'
import { StateOf, useWhom } from '../components/Whom'
import { isOver, type PrivacyRequest, undecided, useRequest } from '../model'
import { channels, kinds } from '../words'
import '../privacy.css'

function About({ of }: { of: PrivacyRequest }) {
  const { t, i18n } = useLingui()
  const rows: [string, React.ReactNode][] = [
    [t`Kind`, i18n._(kinds[of.kind].name)],
    [t`Channel`, i18n._(channels[of.channel])],
    ...(of.note === '' ? [] : [[t`Note`, <bdi key="n" className="pr-text">{of.note}</bdi>] as [string, React.ReactNode]]),
    [t`Id`, <Mono key="i" copy>{of.id}</Mono>],
  ]
  return <Panel title={t`About`}><Facts rows={rows} /></Panel>
}

function Subjects({ of }: { of: PrivacyRequest }) {
  const { t } = useLingui()
  if (of.subjects.length === 0) {
    return isOver(of.state) ? <Panel title={t`Whom it is about`}><p className="pt-soft"><Trans>Forgotten: a request that is over does not say any more whom it was about.</Trans></p></Panel> : null
  }
  return <Panel title={t`Whom it is about`}><SubjectList subjects={of.subjects} /></Panel>
}

function useTitle(of: PrivacyRequest): string {
  const { t, i18n } = useLingui()
  const whom = useWhom()(of)
  const kind = i18n._(kinds[of.kind].name)
  return of.label === '' ? t`${kind} request` : t`${kind}: ${whom}`
}

function Detail({ of }: { of: PrivacyRequest }) {
  const { t } = useLingui()
  const mayWrite = useMay('privacy.write')
  const failed = of.problem
  return (
    <Page
      title={useTitle(of)} actions={mayWrite && <Decide of={of} />}
      note={<span className="pt-row"><LinkTo href="/privacy">{t`Privacy desk`}</LinkTo> <StateOf of={of} /> <ZoneNote /></span>}
    >
      {of.state === 'failed' && failed !== null && (
        <div className="pt-banner pt-bad" role="alert">
          <span>
            <Trans>It was not finished: <bdi>{failed}</bdi></Trans>
            {of.kind === 'erasure' && of.started_at !== null && <> · <Trans>Until it is, events of theirs stay suppressed.</Trans></>}
          </span>
        </div>
      )}
      {mayWrite && <WhoDecides of={of} />}
      <div className="pr-columns">
        <div className="pt-stack">
          <Running of={of} />
          <Archive of={of} />
          {undecided(of.state) && of.subjects.length > 0 && <Preview kind={of.kind} subjects={of.subjects} />}
          {of.state === 'done' && of.kind === 'erasure' && <Panel title={t`What was removed`}><FigureTable figures={of.removed} all label={t`What was removed`} /></Panel>}
          <Certificate of={of} />
          {(of.state === 'refused' || of.state === 'cancelled') && (
            <Panel title={of.state === 'refused' ? t`Refused` : t`Taken back`}>
              {of.problem !== null && <p><bdi className="pr-text">{of.problem}</bdi></p>}
              <p className="pt-soft"><Trans>Nothing was copied or removed.</Trans></p>
            </Panel>
          )}
        </div>
        <div className="pt-stack">
          <Subjects of={of} />
          <Course of={of} />
          <About of={of} />
        </div>
      </div>
    </Page>
  )
}

export function RequestPage() {
  const { t } = useLingui()
  const query = useRequest(useParam('id'))
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such privacy request`} />
  return <Loaded query={query} rows={10}>{(of) => <Detail key={of.id} of={of} />}</Loaded>
}
