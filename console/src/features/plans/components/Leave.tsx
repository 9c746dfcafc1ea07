// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { Dialog } from '@/ui/dialogs'

/** Before unsaved changes are left behind. */
export function Leave({ opened, onStay, onLeave }: { opened: boolean; onStay: () => void; onLeave: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Leave without saving?`} opened={opened} onClose={onStay}>
      <Stack gap="md">
        <p><Trans>What was changed in this plan is not saved yet.</Trans></p>
        <Group justify="flex-end" gap="sm">
          <Button onClick={onLeave}><Trans>Leave, drop the changes</Trans></Button>
          <Button variant="filled" onClick={onStay} data-autofocus><Trans>Stay here</Trans></Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
