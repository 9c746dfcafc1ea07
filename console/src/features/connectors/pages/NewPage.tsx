// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../connectors.css'
import { useState } from 'react'
import { useUrl } from '@/base/url'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { ConnectorForm } from '../components/ConnectorForm'
import { addressOf, Guide, Waiting } from '../components/Guide'
import { Kinds } from '../components/Kinds'
import { SecretShown } from '../components/SecretShown'
import { addOf, type Form, OWN_ADDRESS } from '../form'
import { addConnector, changeConnector, type Connector, type Kind, useConnector, useKinds } from '../model'
import { kindTitle } from '../words'

/** Added; where the address is part of the signature it is filled in, now that there is one. */
async function add(form: Form, kind: Kind) {
  const made = await addConnector(addOf(form, kind, location.origin))
  if (kind.fields.some((field) => field.name === OWN_ADDRESS)) await changeConnector(made.connector.id, { settings: { [OWN_ADDRESS]: addressOf(made.connector) } })
  return made
}

/** The second half: secret, address and steps, until the first delivery is there. */
function Connect({ of, kind, secret }: { of: Connector; kind: Kind | undefined; secret: string | null }) {
  const { t } = useLingui()
  return (
    <div className="cn-form">
      <Panel title={t`First delivery`} actions={<ButtonLink href={`/connectors/${of.id}`}><Trans>Open the connector</Trans></ButtonLink>}><Waiting of={of} /></Panel>
      {secret !== null && <Panel title={t`Shown this once`}><SecretShown secret={secret} /></Panel>}
      <Guide of={of} kind={kind} />
    </div>
  )
}

function Made({ id, kinds, secret }: { id: string; kinds: readonly Kind[]; secret: string | null }) {
  const query = useConnector(id)
  return <Loaded query={query} rows={10}>{(of) => <Connect of={of} kind={kinds.find((one) => one.name === of.kind)} secret={secret} />}</Loaded>
}

function Steps({ kinds }: { kinds: readonly Kind[] }) {
  const [url, setUrl] = useUrl()
  const [secret, setSecret] = useState<{ id: string; text: string } | null>(null)
  const kind = kinds.find((one) => one.name === url.kind)
  if (url.made) return <Made id={url.made} kinds={kinds} secret={secret?.id === url.made ? secret.text : null} />
  if (!kind) return <Kinds kinds={kinds} />
  return (
    <ConnectorForm
      key={kind.name} kind={kind}
      onSave={async (form) => {
        const made = await add(form, kind)
        if (made.secret !== null) setSecret({ id: made.connector.id, text: made.secret })
        setUrl({ made: made.connector.id })
      }}
    />
  )
}

export function NewPage() {
  const { t, i18n } = useLingui()
  const query = useKinds()
  const [url] = useUrl()
  const kind = query.data?.find((one) => one.name === url.kind)
  const back = kind && !url.made
  return (
    <Page
      title={kind ? t`Connect a shop: ${kindTitle(i18n, kind.name, kind)}` : t`Connect a shop`}
      note={<LinkTo href={back ? '/connectors/new' : '/connectors'}>{back ? <Trans>Another kind</Trans> : <Trans>Connectors</Trans>}</LinkTo>}
    >
      <Loaded query={query}>{(kinds) => <Steps kinds={kinds} />}</Loaded>
    </Page>
  )
}
