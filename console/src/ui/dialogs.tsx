// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { Icon } from './icons'
import { errorText } from './states'

/** Details beside the list they belong to; on a phone over it. Esc closes it and gives the focus back. */
export function SidePanel({ title, onClose, children, actions, wide = false }: {
  title: ReactNode
  onClose: () => void
  children: ReactNode
  actions?: ReactNode
  wide?: boolean
}) {
  const { t } = useLingui()
  useFocusBack()
  useShortcuts([{ keys: 'Escape', label: t`Close the details`, group: t`Lists`, run: onClose }])
  return (
    <aside className={wide ? 'pt-side pt-side-wide' : 'pt-side'} aria-label={typeof title === 'string' ? title : t`Details`}>
      <div className="pt-side-head">
        <h2 className="pt-grow">{title}</h2>
        {actions}
        <ActionIcon aria-label={t`Close the details`} onClick={onClose}><Icon name="close" /></ActionIcon>
      </div>
      <div className="pt-side-body">{children}</div>
    </aside>
  )
}

/** Gives the focus back to where it was when what calls this goes away. For what is mounted open; the kit does it for what is opened and closed. */
export function useFocusBack() {
  const [before] = useState(() => document.activeElement)
  useEffect(() => () => {
    if (before instanceof HTMLElement && before.isConnected) before.focus()
  }, [before])
}

/** A dialog with its title. The kit's own header is a landmark, of which a page has one already. */
export function Dialog({ title, opened, onClose, children, size = 'md', closable = true }: {
  title: string
  opened: boolean
  onClose: () => void
  children: ReactNode
  size?: 'md' | 'lg'
  closable?: boolean
}) {
  const { t } = useLingui()
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} closeOnEscape={closable} closeOnClickOutside={closable}>
      <Modal.Overlay />
      <Modal.Content aria-label={title}>
        <div className="pt-dialog-head">
          <h2 className="pt-grow">{title}</h2>
          {closable && <ActionIcon aria-label={t`Close`} onClick={onClose}><Icon name="close" /></ActionIcon>}
        </div>
        <div className="pt-dialog-body">{children}</div>
      </Modal.Content>
    </Modal.Root>
  )
}

/** A form in a dialog: Enter sends, the error stands where it was typed, nothing typed is lost. */
export function FormDialog({ title, opened, onClose, onSubmit, submit, children, danger = false, disabled = false }: {
  title: string
  opened: boolean
  onClose: () => void
  /** Throws what is to be shown. */
  onSubmit: () => Promise<unknown>
  submit: string
  children: ReactNode
  danger?: boolean
  disabled?: boolean
}) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  async function send(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await onSubmit()
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {children}
          {error !== null && <p role="alert" className="pt-text-bad">{errorText(error)}</p>}
          <Group justify="flex-end" gap="sm">
            <Button onClick={onClose}><Trans>Cancel</Trans></Button>
            <Button type="submit" variant="filled" loading={busy} disabled={disabled} {...(danger ? { color: 'red', 'data-danger': true } : {})}>{submit}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

/** For what cannot be undone: the name must be typed. */
export function ConfirmDialog({ title, word, opened, onClose, onConfirm, submit, children }: {
  title: string
  /** To be typed as it stands. */
  word: string
  opened: boolean
  onClose: () => void
  onConfirm: () => Promise<unknown>
  submit: string
  children: ReactNode
}) {
  const { t } = useLingui()
  const [typed, setTyped] = useState('')
  useEffect(() => setTyped(''), [opened])
  return (
    <FormDialog title={title} opened={opened} onClose={onClose} onSubmit={onConfirm} submit={submit} danger disabled={typed.trim() !== word}>
      <div>{children}</div>
      <TextInput
        label={t`Type “${word}” to confirm`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" data-autofocus
      />
    </FormDialog>
  )
}
