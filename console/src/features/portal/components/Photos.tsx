// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useRef } from 'react'
import { Button } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { addPhoto, type Ticket } from '../model'
import { useSend } from './send'

/** What can be seen of it: taken with the phone, or chosen. */
export function Photos({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const { busy, send, note } = useSend()
  const input = useRef<HTMLInputElement>(null)
  const count = ticket.photos.length
  return (
    <>
      <input
        ref={input} type="file" accept="image/png,image/jpeg,image/webp" hidden aria-label={t`Photo`}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file !== undefined) void send(() => addPhoto(ticket.ticket, file))
        }}
      />
      {count > 0 && <p className="pt-soft">{plural(count, { one: '# photo was added.', other: '# photos were added.' })}</p>}
      {note}
      <div><Button loading={busy} leftSection={<Icon name="clip" />} onClick={() => input.current?.click()}><Trans>Add a photo</Trans></Button></div>
    </>
  )
}
