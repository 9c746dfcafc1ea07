// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useEffect, useMemo, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useGo, useParam } from '@/base/url'
import { ActionsOf } from '../components/Actions'
import { TicketView } from '../components/TicketView'
import { type DeskRecord, useNow, useTicket } from '../model'
import '../desk.css'

export function TicketPage() {
  const { t } = useLingui()
  const go = useGo()
  const id = useParam('id')
  const now = useNow()
  const ticket = useTicket(id).data?.ticket
  const [macro, setMacro] = useState<DeskRecord | null>(null)
  const targets = useMemo(() => (ticket ? [ticket] : []), [ticket])
  const back = () => go(`/desk?ticket=${id}`)
  useShortcuts([{ keys: 'Escape', label: t`Back to the list`, group: t`Tickets`, run: back }])
  useEffect(() => {
    document.title = `${ticket === undefined ? id : `${ticket.key} ${ticket.title}`} · Patron`
  }, [id, ticket])
  return (
    <div className="dk-page">
      <ActionsOf tickets={targets} onMacro={setMacro}>
        <TicketView key={id} id={id} now={now} page macro={macro} onMacro={setMacro} onClose={back} />
      </ActionsOf>
    </div>
  )
}
