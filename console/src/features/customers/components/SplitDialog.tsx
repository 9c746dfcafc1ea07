// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { decideSplit } from '../decisions'
import type { Profile } from '../model'
import { Part } from './Part'
import { Reason } from './Reason'

/** Preview of a split, by hand or as the undo of a merge: who leaves, who stays, with how many events. */
export function SplitDialog({ profile, nodes, undo, opened, onClose, onDone }: { profile: Profile; nodes: readonly number[]; undo: boolean; opened: boolean; onClose: () => void; onDone: () => void }) {
  const { t } = useLingui()
  const [reason, setReason] = useState('')
  useEffect(() => setReason(''), [opened])
  const going = profile.nodes.filter((node) => nodes.includes(node.number))
  const staying = profile.nodes.filter((node) => !nodes.includes(node.number))
  const possible = going.length > 0 && staying.length > 0
  return (
    <FormDialog
      title={undo ? t`Undo this merge` : t`Part into two people`} opened={opened} onClose={onClose} submit={t`Part them`} disabled={!possible || reason.trim() === ''}
      onSubmit={async () => {
        await decideSplit(profile, going.map((node) => node.number), reason.trim())
        onClose()
        onDone()
      }}
    >
      {possible ? (
        <>
          <div className="cu-parts">
            <Part title={t`Stay here`} nodes={staying} />
            <Part title={t`Become a person of their own`} nodes={going} />
          </div>
          <p className="pt-soft"><Trans>Traits, orders and value go with the identifier they were told of. No event links the two again until you lift it.</Trans></p>
          <Reason value={reason} onChange={setReason} first />
        </>
      ) : <p role="alert"><Trans>Somebody has to stay and somebody has to leave: not all identifiers can be parted off.</Trans></p>}
    </FormDialog>
  )
}
