// SPDX-License-Identifier: Apache-2.0
// What people call ids of routing.
import { useMemo } from 'react'
import { useNamed } from '@/features/desk'
import { useSkills } from './model'

export type Names = ReturnType<typeof useRoutingNames>

/** An id that nothing is known of is shown as it is. */
export function useRoutingNames() {
  const named = useNamed().data
  const skills = useSkills().data?.skills
  return useMemo(() => {
    const of = (list: readonly { id: string; name: string }[] | undefined) => (id: string) => list?.find((one) => one.id === id)?.name ?? id
    return { queue: of(named?.queues), person: of(named?.people), skill: of(skills), queues: named?.queues ?? [], people: named?.people ?? [], skills: skills ?? [] }
  }, [named, skills])
}
