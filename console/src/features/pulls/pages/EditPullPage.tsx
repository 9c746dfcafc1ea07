// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useGo, useParam, useUrl } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { PullEditor } from '../components/PullEditor'
import { draftOf, dropDraft } from '../drafts'
import { pullEdit, pullForm } from '../form'
import { type Pull, savePull, usePull } from '../model'

function Edit({ of, onDrop }: { of: Pull; onDrop: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const [url] = useUrl()
  const [trying] = useState(url.try === '1')
  const [begin] = useState(() => (trying ? draftOf(of.id) : undefined) ?? pullForm(of))
  const [before] = useState(() => pullForm(of))
  return (
    <PullEditor
      saved={of} begin={begin} trying={trying} submit={t`Save`} back={`/connectors/pulls/${of.id}`} onDrop={onDrop}
      onSave={async (body) => {
        const made = await savePull(of.id, body)
        dropDraft(of.id)
        // what was tried first had nothing before it that could be wanted back; a secret that was replaced is gone
        toast({ text: made.enabled ? t`Saved` : t`Saved, switched off`, ...(trying || body.secret !== undefined ? {} : { undo: () => savePull(of.id, pullEdit(before)) }) })
        go(`/connectors/pulls/${of.id}`)
        return made
      }}
    />
  )
}

export function EditPullPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = usePull(id)
  const [round, setRound] = useState(0)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such pull`} />
  const name = query.data?.name ?? '\u00a0'
  function drop() {
    dropDraft(id)
    setRound(round + 1)
  }
  return (
    <Page title={t`Edit the pull`} note={<LinkTo href={`/connectors/pulls/${id}`}>{name}</LinkTo>}>
      <Loaded query={query} rows={10}>{(of) => <Edit key={`${of.id} ${round}`} of={of} onDrop={drop} />}</Loaded>
    </Page>
  )
}
