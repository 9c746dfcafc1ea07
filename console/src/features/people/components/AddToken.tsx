// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, MultiSelect, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { roles as permissionsOf } from '@/api/roles'
import { useSession } from '@/base/session'
import { Code } from '@/ui/bits'
import { Dialog, FormDialog } from '@/ui/dialogs'
import { roleName } from '@/ui/roles'
import { addToken, ROLES, type RoleName } from '../model'

const DAY_MS = 86400000

/** A caller can only give away what it holds itself. */
function useRolesWithin(): RoleName[] {
  const held = new Set<string>(useSession()?.permissions ?? [])
  const own = useSession()?.role
  return ROLES.filter((role) => (role !== 'owner' || own === 'owner') && (permissionsOf[role] ?? []).every((p) => held.has(p)))
}

export function AddToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const roles = useRolesWithin()
  const [name, setName] = useState('')
  const [role, setRole] = useState<RoleName>(roles.includes('analyst') ? 'analyst' : roles[0] ?? 'analyst')
  const [scopes, setScopes] = useState<string[]>([])
  const [days, setDays] = useState('90')
  const [secret, setSecret] = useState<string | null>(null)
  async function add() {
    const made = await addToken({
      role, name: name.trim(), ...(scopes.length > 0 ? { scopes } : {}),
      ...(days === '0' ? {} : { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
    })
    setName('')
    setScopes([])
    onClose()
    setSecret(made.token)
  }
  return (
    <>
      <FormDialog title={t`Make an API token`} opened={opened} onClose={onClose} onSubmit={add} submit={t`Make the token`} disabled={name.trim() === ''}>
        <TextInput label={t`Name`} description={t`What uses it, so that the list tells which is which`} required maxLength={100} data-autofocus autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Select
          label={t`Role`} allowDeselect={false} value={role} data={roles.map((value) => ({ value, label: roleName(i18n, value) }))}
          onChange={(value) => {
            setRole((value as RoleName | null) ?? 'analyst')
            setScopes([])
          }}
        />
        <MultiSelect
          label={t`Only these permissions`} description={t`Empty: all of the role`} data={[...(permissionsOf[role] ?? [])]} value={scopes} onChange={setScopes} searchable
          clearable clearButtonProps={{ 'aria-label': t`Clear` }}
        />
        <Select
          label={t`Good for`} allowDeselect={false} value={days} onChange={(value) => setDays(value ?? '90')}
          data={[{ value: '7', label: t`7 days` }, { value: '30', label: t`30 days` }, { value: '90', label: t`90 days` }, { value: '365', label: t`A year` }, { value: '0', label: t`Until it is revoked` }]}
        />
      </FormDialog>
      <Dialog opened={secret !== null} onClose={() => setSecret(null)} title={t`The new token`}>
        <Stack gap="md">
          <p><Trans>Copy it now: only its hash is kept, so it cannot be shown again.</Trans></p>
          <Code wrap label={t`Token`} text={secret ?? ''} />
          <Code wrap label={t`Example`} text={`curl -H "Authorization: Bearer ${secret ?? ''}" ${location.origin}/api/v1/status`} />
          <Group justify="flex-end"><Button variant="filled" onClick={() => setSecret(null)}><Trans>Done</Trans></Button></Group>
        </Stack>
      </Dialog>
    </>
  )
}
