// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton, SegmentedControl } from '@mantine/core'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { Page } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Events, Over } from '../components/Events'
import { Parts } from '../components/Parts'
import { Persons } from '../components/Persons'
import { Steps } from '../components/Steps'
import { DAYS, putCounts, useComparisons, useReport } from '../model'
import { periods } from '../words'
import '../adoption.css'

function Upload() {
  const { t } = useLingui()
  const send = (file: File | null) => {
    if (file === null) return
    putCounts(file).then(({ rows }) => toast({ text: t`${rows} rows taken`, tone: 'good' }), (error: unknown) => toast({ text: errorText(error), tone: 'bad' }))
  }
  return (
    <FileButton onChange={send} accept=".csv,.json,text/csv,application/json" inputProps={{ 'aria-label': t`File with the incumbent's counts` }}>
      {(props) => <Button {...props} title={t`CSV with the columns day, event and count; or JSON`}><Trans>Upload the incumbent's counts</Trans></Button>}
    </FileButton>
  )
}

export function AdoptionPage() {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const days = oneOf(url.days, DAYS)
  const report = useReport(days, url.event, url.destination)
  const name = report.data?.forwarding?.name
  const persons = useComparisons()
  const may = useMay('connectors.write')
  return (
    <Page
      title={t`Adoption`} note={report.data === undefined ? '\u00a0' : name === undefined
        ? <Trans>Patron beside the system that it is to take over from. Days are those of UTC.</Trans>
        : <Trans>Patron beside <bdi>{name}</bdi>, which it is to take over from. Days are those of UTC.</Trans>}
      actions={<>
        <SegmentedControl aria-label={t`Period`} value={days} data={DAYS.map((one) => ({ value: one, label: i18n._(periods[one]) }))} onChange={(one) => setUrl({ days: one === DAYS[0] ? null : one })} />
        {may && <Upload />}
      </>}
    >
      <Loaded query={report}>{(data) => <><Steps report={data} persons={persons.data ?? []} /><Parts list={data.parts} /><Over report={data} /><Events report={data} /></>}</Loaded>
      <Loaded query={persons} rows={3}>{(list) => <Persons list={list} />}</Loaded>
    </Page>
  )
}
