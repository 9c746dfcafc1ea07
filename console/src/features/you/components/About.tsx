// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Mono, Time } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { Facts, Panel } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import { type Me, rename } from '../model'

export function About({ me }: { me: Me }) {
  const { t, i18n } = useLingui()
  const [opened, setOpened] = useState(false)
  const [name, setName] = useState(me.name)
  function open() {
    setName(me.name)
    setOpened(true)
  }
  async function send() {
    await rename(name.trim())
    setOpened(false)
  }
  return (
    <Panel title={t`You`} actions={<Button size="compact-sm" onClick={open}><Trans>Change the name</Trans></Button>}>
      <Facts rows={[
        [t`Name`, me.name],
        [t`Mail address`, <Mono key="m">{me.email}</Mono>],
        [t`Role`, roleName(i18n, me.role)],
        [t`Added`, <Time key="c" at={me.created_at} />],
      ]} />
      <FormDialog title={t`Change the name`} opened={opened} onClose={() => setOpened(false)} onSubmit={send} submit={t`Change it`} disabled={name.trim() === ''}>
        <TextInput label={t`Name`} autoComplete="name" required maxLength={100} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      </FormDialog>
    </Panel>
  )
}
