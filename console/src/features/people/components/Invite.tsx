// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '@/base/session'
import { FormDialog } from '@/ui/dialogs'
import { roleName } from '@/ui/roles'
import { type AccountWithLink, invite, ROLES, type RoleName } from '../model'

/** Roles that this person may give: only owners make owners. */
export function useGivableRoles(): RoleName[] {
  const own = useSession()?.role
  return ROLES.filter((role) => role !== 'owner' || own === 'owner')
}

export function Invite({ opened, onClose, onMade }: { opened: boolean; onClose: () => void; onMade: (made: AccountWithLink) => void }) {
  const { t, i18n } = useLingui()
  const roles = useGivableRoles()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<RoleName>('analyst')
  async function send() {
    const made = await invite({ email: email.trim(), name: name.trim(), role })
    setEmail('')
    setName('')
    onClose()
    onMade(made)
  }
  return (
    <FormDialog
      title={t`Invite a person`} opened={opened} onClose={onClose} onSubmit={send} submit={t`Make the invitation`}
      disabled={email.trim() === '' || name.trim() === ''}
    >
      <TextInput label={t`Mail address`} type="email" required maxLength={254} data-autofocus autoComplete="off" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
      <TextInput label={t`Name`} required maxLength={100} autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Select
        label={t`Role`} allowDeselect={false} value={role} data={roles.map((value) => ({ value, label: roleName(i18n, value) }))}
        onChange={(value) => setRole((value as RoleName | null) ?? 'analyst')}
      />
    </FormDialog>
  )
}
