// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { Code, Time } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { type AccountWithLink, linkOf } from '../model'

/** A link that is good once. It is shown here and nowhere else: no mail is sent yet. */
export function LinkDialog({ made, onClose }: { made: AccountWithLink | null; onClose: () => void }) {
  const { t } = useLingui()
  const name = made?.account.name ?? ''
  const link = made?.link
  return (
    <Dialog opened={made !== null} onClose={onClose} title={t`Link for ${name}`}>
      <Stack gap="md">
        {link && (
          <>
            <p><Trans>Hand this link to {name}. Whoever opens it first chooses the password; it is good once, until <Time at={link.expires_at} />. It is not shown again.</Trans></p>
            <Code wrap label={t`Link`} text={linkOf(link.path)} />
          </>
        )}
        <Group justify="flex-end"><Button variant="filled" onClick={onClose}><Trans>Done</Trans></Button></Group>
      </Stack>
    </Dialog>
  )
}
