// SPDX-License-Identifier: Apache-2.0
// Who else is at a ticket: said while it is open, so that two people do not answer the same.
import { useEffect, useRef, useState } from 'react'
import { api, ok } from '@/api/client'
import { useMay } from '@/base/session'

export type Other = { account: string; name: string; state: 'viewing' | 'editing'; since: string }

/** Asked anew so often, whatever the server says of its memory: who comes is seen soon. */
const EVERY_MS = 6000

function tell(ticket: string, state: 'viewing' | 'editing' | 'left') {
  return ok(api.PUT('/api/v1/tickets/{ticket}/presence', { params: { path: { ticket } }, body: { state } }))
}

/** The others; told by a change of `editing` at once. Nothing is shown where it cannot be asked. */
export function usePresence(ticket: string, editing: boolean): readonly Other[] {
  const may = useMay('desk.write')
  const [others, setOthers] = useState<{ ticket: string; all: readonly Other[] }>({ ticket, all: [] })
  const wanted = useRef(true)
  useEffect(() => {
    if (!may) return
    wanted.current = true
    const say = () => {
      if (document.hidden) return
      tell(ticket, editing ? 'editing' : 'viewing').then(({ data }) => wanted.current && setOthers({ ticket, all: data }), () => wanted.current && setOthers({ ticket, all: [] }))
    }
    say()
    const timer = setInterval(say, EVERY_MS)
    return () => {
      wanted.current = false
      clearInterval(timer)
    }
  }, [may, ticket, editing])
  useEffect(() => {
    if (!may) return
    return () => void tell(ticket, 'left').catch(() => undefined)
  }, [may, ticket])
  return others.ticket === ticket ? others.all : []
}
