// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import '../destinations.css'
import { ApiError } from '@/api/client'
import { useGo, useParam } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { DestinationForm } from '../components/DestinationForm'
import { editOf, formOf } from '../form'
import { changeDestination, type Destination, type Kind, useDestination, useKinds } from '../model'

function Edit({ of, kind }: { of: Destination; kind: Kind }) {
  const { t } = useLingui()
  const go = useGo()
  return (
    <DestinationForm
      kind={kind} begin={formOf(kind, of)} stored={of.secrets_set} submit={t`Save`} back={`/destinations/${of.id}`}
      onSave={async (form) => {
        const before = formOf(kind, of)
        await changeDestination(of.id, editOf(form, kind, of.secrets_set))
        // a secret that was replaced is gone: what is undone is the rest
        toast({ text: t`Saved`, undo: () => changeDestination(of.id, editOf(before, kind, of.secrets_set)) })
        go(`/destinations/${of.id}`)
      }}
    />
  )
}

export function EditPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = useDestination(id)
  const kinds = useKinds()
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such destination`} />
  const name = query.data?.name ?? ''
  return (
    <Page title={t`Edit the destination`} note={<LinkTo href={`/destinations/${id}`}>{name === '' ? '\u00a0' : name}</LinkTo>}>
      <Loaded query={query}>
        {(of) => (
          <Loaded query={kinds}>
            {(all) => {
              const kind = all.find((one) => one.name === of.kind)
              return kind ? <Edit key={of.id} of={of} kind={kind} /> : <NotFound what={t`This server does not know the kind of this destination`} />
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}
