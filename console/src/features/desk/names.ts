// SPDX-License-Identifier: Apache-2.0
// What people call an id: accounts, queues, categories, services.
import { useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useSession } from '@/base/session'
import { useNamed } from './model'
import { levels, nameOf, states, waitings } from './words'

type Category = { id: string; name: string; floor?: number; touchpoint?: string; queue?: string; urgency?: string; escalate_min?: number; actions?: string[] }

export type Names = ReturnType<typeof useNames>

/** An id that nothing is known of is shown as it is. */
export function useNames() {
  const { t } = useLingui()
  const me = useSession()?.account
  const named = useNamed().data
  return useMemo(() => {
    const { people = [], queues = [], services = [], touchpoints = [], vendors = [] } = named ?? {}
    const categories = (named?.policy.policy as { categories?: Category[] } | undefined)?.categories ?? []
    const name = (list: readonly { id: string; name: string }[], id: string) => list.find((one) => one.id === id)?.name ?? id
    return {
      me: me?.id ?? '',
      person: (id: string) => (id === me?.id ? t`me` : name(people, id)),
      fullName: (id: string) => (id === me?.id ? me.name : name(people, id)),
      queue: (id: string) => name(queues, id),
      service: (id: string) => name(services, id),
      touchpoint: (id: string) => name(touchpoints, id),
      vendor: (id: string) => name(vendors, id),
      category: (id: string) => name(categories, id),
      people, queues, services, touchpoints, vendors, categories,
    }
  }, [t, me?.id, me?.name, named])
}

/** One value of a field in words; of lists all. */
export function useValueText() {
  const names = useNames()
  const { t, i18n } = useLingui()
  const stateNames = Object.fromEntries(Object.entries(states).map(([id, { name }]) => [id, name]))
  return (field: string, value: unknown): string => {
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return t`nothing`
    const of: Record<string, (id: string) => string> = {
      state: (id) => nameOf(i18n, stateNames, id), waiting_for: (id) => nameOf(i18n, waitings, id), impact: (id) => nameOf(i18n, levels, id), urgency: (id) => nameOf(i18n, levels, id),
      assignee: names.fullName, commander: names.fullName, watchers: names.fullName, queue: names.queue, category: names.category, services: names.service, touchpoints: names.touchpoint,
    }
    const one = (part: unknown) => (typeof part === 'string' ? (of[field]?.(part) ?? part) : typeof part === 'object' ? JSON.stringify(part) : String(part))
    if (field === 'priority') return `P${String(value)}`
    if (field === 'major') return value === true || value === 1 ? t`yes` : t`no`
    return Array.isArray(value) ? value.map(one).join(', ') : one(value)
  }
}
