// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../destinations.css'
import { useGo, useUrl } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { DestinationForm } from '../components/DestinationForm'
import { addOf, formOf } from '../form'
import { addDestination, type Kind, useKinds } from '../model'
import { kindHelp, kindTitle } from '../words'

function Kinds({ kinds }: { kinds: readonly Kind[] }) {
  const { i18n } = useLingui()
  return (
    <ul className="pt-items de-kinds">
      {kinds.map((kind) => (
        <li key={kind.name}>
          <LinkTo href={`/destinations/new?kind=${kind.name}`} className="de-kind">
            <strong>{kindTitle(i18n, kind.name, kind)}</strong>
            <span className="pt-soft">{kindHelp(i18n, kind)}</span>
          </LinkTo>
        </li>
      ))}
    </ul>
  )
}

function Make({ kinds }: { kinds: readonly Kind[] }) {
  const { t } = useLingui()
  const go = useGo()
  const [url] = useUrl()
  const kind = kinds.find((one) => one.name === url.kind)
  if (!kind) return <Kinds kinds={kinds} />
  return (
    <DestinationForm
      key={kind.name} kind={kind} begin={formOf(kind)} stored={[]} submit={t`Add the destination`} back="/destinations/new"
      onSave={async (form) => {
        const made = await addDestination(addOf(form, kind))
        toast({ text: t`Added: it begins with the next event` })
        go(`/destinations/${made.id}`)
      }}
    />
  )
}

export function NewPage() {
  const { t, i18n } = useLingui()
  const query = useKinds()
  const [url] = useUrl()
  const kind = query.data?.find((one) => one.name === url.kind)
  return (
    <Page
      title={kind ? t`Add a destination: ${kindTitle(i18n, kind.name, kind)}` : t`Add a destination`}
      note={<LinkTo href={kind ? '/destinations/new' : '/destinations'}>{kind ? <Trans>Another kind</Trans> : <Trans>Destinations</Trans>}</LinkTo>}
    >
      <Loaded query={query}>{(kinds) => <Make kinds={kinds} />}</Loaded>
    </Page>
  )
}
