// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Status } from '@/ui/bits'
import type { Mailbox } from '../model'

/** How it is with a mailbox, in a word. */
export function useStateOf() {
  const { t } = useLingui()
  return (of: Mailbox): { tone: 'good' | 'warn' | 'bad' | 'plain'; text: string } => {
    if (of.paused) return { tone: 'warn', text: t`Paused` }
    if (of.settings.imap === undefined) return { tone: 'plain', text: t`Takes what is handed in` }
    if (of.error !== null) return { tone: 'bad', text: t`Cannot be read` }
    return of.looked_at === null ? { tone: 'plain', text: t`Not read yet` } : { tone: 'good', text: t`Reading` }
  }
}

export function MailboxState({ of }: { of: Mailbox }) {
  const { tone, text } = useStateOf()(of)
  return <Status tone={tone} dot>{text}</Status>
}
