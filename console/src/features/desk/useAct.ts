// SPDX-License-Identifier: Apache-2.0
// Doing something to one ticket or many, with what it is called afterwards and the way back.
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useCallback } from 'react'
import { ApiError } from '@/api/client'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { change, changeMany, undoMany, undoOf, undosOf } from './edits'
import type { Edit, Ticket } from './model'

export function useAct() {
  const { t } = useLingui()
  return useCallback(async (tickets: readonly Ticket[], edit: Edit, done: (what: string) => string): Promise<boolean> => {
    const [first] = tickets
    if (first === undefined) return false
    const what = tickets.length === 1 ? first.key : plural(tickets.length, { one: '# ticket', other: '# tickets' })
    try {
      if (tickets.length === 1) {
        const after = await change(first, edit)
        const undo = undoOf(first, edit)
        toast({ text: done(what), ...(undo === null ? {} : { undo: () => change(after, undo) }) })
        return true
      }
      const refused = await changeMany(tickets, edit)
      const changed = tickets.filter((one) => !refused.some((other) => other.ticket === one.key))
      if (changed.length > 0) toast({ text: done(plural(changed.length, { one: '# ticket', other: '# tickets' })), ...(undosOf(changed, edit).length === 0 ? {} : { undo: () => undoMany(changed, edit) }) })
      const one = refused[0]
      if (one) toast({ text: plural(refused.length, { one: `# was not changed. ${one.ticket}: ${one.detail}`, other: `# were not changed. ${one.ticket}: ${one.detail}` }), tone: 'bad' })
      return refused.length === 0
    } catch (error) {
      const key = first.key
      const why = errorText(error)
      toast({ text: error instanceof ApiError && error.status === 409 && tickets.length === 1 ? t`${key} was not changed: ${why}` : why, tone: 'bad' })
      return false
    }
  }, [t])
}
