// SPDX-License-Identifier: Apache-2.0
// On a person's page: who may be the same person.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Icon } from '@/ui/icons'
import { usePairsOf } from '../duplicates'
import type { Profile } from '../model'
import { personName } from '../words'
import { Score } from './Evidence'

export function ProbablySame({ profile }: { profile: Profile }) {
  const { t, i18n } = useLingui()
  const pairs = usePairsOf(profile.id).data ?? []
  const best = pairs[0]
  const other = best?.persons.find((person) => person.id !== profile.id)
  if (best === undefined || other === undefined) return null
  const name = personName(i18n, other)
  return (
    <section className="du-card" aria-label={t`Probable duplicates`}>
      <Icon name="merge" />
      <span className="pt-grow">
        <Trans>Probably the same person as <LinkTo href={`/customers/${other.id}`}><bdi>{name}</bdi></LinkTo></Trans> <Score score={best.score} />
        {pairs.length > 1 && <span className="pt-faint"> {plural(pairs.length - 1, { one: 'and # more', other: 'and # more' })}</span>}
      </span>
      <ButtonLink href={`/customers/duplicates?pair=${best.id}`}><Trans>Compare</Trans></ButtonLink>
    </section>
  )
}
