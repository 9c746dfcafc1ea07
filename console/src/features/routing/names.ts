// SPDX-License-Identifier: Apache-2.0
// What people call ids of routing.
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useNamed } from '@/features/desk'
import { useSkills } from './model'

export type Names = ReturnType<typeof useRoutingNames>

const TONGUE = 'lang:'

/** An id that nothing is known of is shown as it is; a language stands among skills as "lang:de". */
export function useRoutingNames() {
  const named = useNamed().data
  const skills = useSkills().data?.skills
  const { locale } = useFormat()
  return useMemo(() => {
    const of = (list: readonly { id: string; name: string }[] | undefined) => (id: string) => list?.find((one) => one.id === id)?.name ?? id
    const languages = new Intl.DisplayNames([locale], { type: 'language' })
    const language = (code: string) => languages.of(code) ?? code
    const skill = (id: string) => (id.startsWith(TONGUE) ? language(id.slice(TONGUE.length)) : of(skills)(id))
    return { queue: of(named?.queues), person: of(named?.people), skill, language, queues: named?.queues ?? [], people: named?.people ?? [], skills: skills ?? [] }
  }, [named, skills, locale])
}
