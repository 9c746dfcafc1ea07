// SPDX-License-Identifier: Apache-2.0
// On a person's page: whom they belong with.
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { Ago } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { type Group, useGroup } from '../groups'
import type { Profile } from '../model'
import { personName } from '../words'
import { useGroupKinds } from './GroupKind'

/** Members named here; the group's own page has all. */
const SHOWN = 8
/** Groups shown at once; somebody may belong to 50 accounts. */
const GROUPS = 3

/** The household first. */
function groupsOf(profile: Profile): { shown: Group[]; rest: number } {
  const all = [...profile.groups].sort((a, b) => Number(b.kind === 'household') - Number(a.kind === 'household'))
  return { shown: all.slice(0, GROUPS), rest: Math.max(0, all.length - GROUPS) }
}

function Members({ group, self }: { group: Group; self: string }) {
  const { t, i18n } = useLingui()
  const query = useGroup(group.id, SHOWN)
  const shown = query.data?.pages[0]?.members.filter((member) => member.id !== self) ?? []
  const rest = group.members - shown.length - 1
  return (
    <Loaded query={query} rows={2}>
      {() => (
        <ul className="pt-items cu-recent">
          {shown.map((member) => (
            <li key={member.id}>
              <Icon name="person" size={14} />
              <LinkTo href={`/customers/${member.id}`} className="pt-grow"><bdi>{personName(i18n, member)}</bdi></LinkTo>
              <span className="pt-faint"><Ago at={member.last_seen_at} /></span>
            </li>
          ))}
          {rest > 0 && <li><LinkTo href={`/customers/groups/${group.id}`}>{plural(rest, { one: 'and # more', other: 'and # more' })}</LinkTo></li>}
          {shown.length === 0 && rest <= 0 && <li className="pt-faint">{t`Nobody else`}</li>}
        </ul>
      )}
    </Loaded>
  )
}

/** Each group with those who belong to it too. */
export function Belongs({ profile }: { profile: Profile }) {
  const kinds = useGroupKinds()
  return (
    <>
      {groupsOf(profile).shown.map((group) => (
        <Panel
          key={group.id} label={kinds[group.kind]}
          title={<h2 className="pt-grow" title={group.how}>{kinds[group.kind]}: <LinkTo href={`/customers/groups/${group.id}`}><bdi>{group.name}</bdi></LinkTo></h2>}
        >
          <Members group={group} self={profile.id} />
        </Panel>
      ))}
    </>
  )
}

/** The same on one line, where mail and phone stand. */
export function GroupChips({ profile }: { profile: Profile }) {
  const kinds = useGroupKinds()
  const { shown, rest } = groupsOf(profile)
  return (
    <>
      {shown.map((group) => (
        <span key={group.id} className="cu-reach" title={group.how}>
          <LinkTo href={`/customers/groups/${group.id}`} className="cu-group">
            <Icon name={group.kind === 'household' ? 'home' : 'company'} /><span className="pt-hidden">{kinds[group.kind]}: </span><bdi className="cu-reach-value">{group.name}</bdi>
            <span className="pt-faint">{plural(group.members, { one: '# person', other: '# persons' })}</span>
          </LinkTo>
        </span>
      ))}
      {rest > 0 && <span className="cu-reach pt-faint cu-more">{plural(rest, { one: 'and # more group', other: 'and # more groups' })}</span>}
    </>
  )
}
