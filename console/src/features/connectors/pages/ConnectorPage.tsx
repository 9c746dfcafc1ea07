// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../connectors.css'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, splitHref, useParam, useUrl } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { ConnectorState } from '../components/ConnectorState'
import { Deliveries } from '../components/Deliveries'
import { KindMark } from '../components/KindMark'
import { MappingEditor } from '../components/MappingEditor'
import { Overview } from '../components/Overview'
import { Settings, useSwitch } from '../components/Settings'
import { TestDelivery } from '../components/TestDelivery'
import { type Connector, type Kind, useConnector, useKinds } from '../model'
import { kindTitle } from '../words'

const TABS = ['overview', 'deliveries', 'mapping', 'settings'] as const
type Tab = (typeof TABS)[number]

function useTabNames(): Record<Tab, string> {
  const { t } = useLingui()
  return { overview: t`Overview`, deliveries: t`Deliveries`, mapping: t`Mapping`, settings: t`Settings` }
}

function Parts({ tab, tabs, id }: { tab: Tab; tabs: readonly Tab[]; id: string }) {
  const { t } = useLingui()
  const names = useTabNames()
  return (
    <nav className="pt-tabs" aria-label={t`Of this connector`}>
      {tabs.map((one) => (
        <Link key={one} {...splitHref(one === 'overview' ? `/connectors/${id}` : `/connectors/${id}?tab=${one}`)} activeOptions={{ exact: true, includeSearch: true }} aria-current={one === tab ? 'page' : undefined}>
          {names[one]}
        </Link>
      ))}
    </nav>
  )
}

/** What a person can do with it, beside its parts. */
function Actions({ of, kind }: { of: Connector; kind: Kind | undefined }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  useShortcuts([{ keys: 'd', label: t`Test delivery`, group: t`Connectors`, run: () => setUrl({ test: '1' }) }])
  return (
    <>
      <Button variant="filled" onClick={() => setUrl({ test: '1' })}><Trans>Test delivery…</Trans></Button>
      <Switch of={of} />
      {kind && <TestDelivery of={of} kind={kind} opened={url.test === '1'} onClose={() => setUrl({ test: null })} />}
    </>
  )
}

function Switch({ of }: { of: Connector }) {
  const flip = useSwitch(of)
  return <Button onClick={() => void flip()}>{of.enabled ? <Trans>Disable</Trans> : <Trans>Enable</Trans>}</Button>
}

function Detail({ of, kind, at }: { of: Connector; kind: Kind | undefined; at: number }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const names = useTabNames()
  const mayWrite = useMay('connectors.write')
  const mapped = kind?.mapped ?? of.mapping !== null
  const tabs = TABS.filter((one) => one !== 'mapping' || mapped)
  const asked = oneOf(url.tab, TABS)
  const tab = tabs.includes(asked) ? asked : 'overview'
  useShortcuts(tabs.map((one, i) => ({ keys: String(i + 1), label: names[one], group: t`Connectors`, run: () => setUrl({ tab: one === 'overview' ? null : one, result: null, delivery: null }) })))
  return (
    <Page
      title={of.name} actions={mayWrite && <Actions of={of} kind={kind} />}
      note={<span className="pt-row"><LinkTo href="/connectors">{t`Connectors`}</LinkTo> <KindMark kind={of.kind} /> {kindTitle(i18n, of.kind, kind)} <ConnectorState of={of} /></span>}
    >
      <Parts tab={tab} tabs={tabs} id={of.id} />
      {tab === 'overview' && <Overview of={of} kind={kind} at={at} />}
      {tab === 'deliveries' && <Deliveries of={of} />}
      {tab === 'mapping' && <MappingEditor of={of} />}
      {tab === 'settings' && <Settings of={of} kind={kind} />}
    </Page>
  )
}

export function ConnectorPage() {
  const { t } = useLingui()
  const query = useConnector(useParam('id'))
  // asked for at once, not when the part that shows them is there
  const kinds = useKinds().data
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such connector`} />
  return <Loaded query={query} rows={10}>{(of) => <Detail of={of} kind={kinds?.find((one) => one.name === of.kind)} at={query.dataUpdatedAt} />}</Loaded>
}
