// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ConfirmDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { rebuild } from '../model'
import type { Rules } from '../rules'

/** The rules in force for all of history. What they part and join is not taken back by an undo: the word is typed. */
export function Rebuild({ rules, opened, onClose }: { rules: Rules; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const version = rules.version
  const usual = t`Version ${version} of the rules for all of history`
  const [reason, setReason] = useState(usual)
  useEffect(() => setReason(usual), [usual, opened])
  return (
    <ConfirmDialog
      title={t`Apply to all of history`} word={t`rebuild`} opened={opened} onClose={onClose} submit={t`Rebuild`}
      onConfirm={async () => {
        await rebuild(version, reason.trim() || usual)
        onClose()
        toast({ text: t`The rebuild begins. Customers are read in anew; until then their pages wait.` })
      }}
    >
      <div className="pt-stack">
        <p><Trans>Customers are parted and joined as if version {version} had always held. Merges and splits by hand are carried out again in their places. While the log is being read again, customers cannot be seen.</Trans></p>
        <TextInput label={t`Reason`} maxLength={500} autoComplete="off" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </div>
    </ConfirmDialog>
  )
}
