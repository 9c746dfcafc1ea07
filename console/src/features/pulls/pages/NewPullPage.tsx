// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import '../pulls.css'
import { useGo } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { toast } from '@/ui/toast'
import { PullEditor } from '../components/PullEditor'
import { pullForm } from '../form'
import { addPull } from '../model'

export function NewPullPage() {
  const { t } = useLingui()
  const go = useGo()
  return (
    <Page title={t`Add a pull`} note={<LinkTo href="/connectors/pulls"><Trans>Pulls</Trans></LinkTo>}>
      <PullEditor
        begin={pullForm()} submit={t`Add the pull`} back="/connectors/pulls"
        onSave={async (body) => {
          const made = await addPull(body)
          toast({ text: made.enabled ? t`Added: it runs at once` : t`Added, switched off` })
          go(`/connectors/pulls/${made.id}`)
          return made
        }}
      />
    </Page>
  )
}
