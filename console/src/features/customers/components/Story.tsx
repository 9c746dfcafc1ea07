// SPDX-License-Identifier: Apache-2.0
// How somebody came to be one person: what joined whom, on what evidence, and the way back.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Time } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import type { Link, Profile } from '../model'
import { typeIcon, typeName } from '../words'

type Identifier = { type: string; value: string }

export function Identifiers({ of }: { of: Identifier }) {
  const { t, i18n } = useLingui()
  if (of.value === '') return <span className="cu-id pt-faint"><Icon name={typeIcon(of.type)} size={14} />{typeName(i18n, of.type)} {t`of an erased person`}</span>
  return <span className="cu-id"><Icon name={typeIcon(of.type)} size={14} /><span className="pt-faint">{typeName(i18n, of.type)}</span> <span className="pt-ltr">{of.value}</span></span>
}

function Sentence({ link }: { link: Link }) {
  const by = link.by ?? '–'
  const refused = link.refused ?? ''
  const count = plural(link.nodes.length, { one: '# identifier', other: '# identifiers' })
  if (link.refused) return <Trans><bdi>{by}</bdi> asked for it, and it was not done: <bdi>{refused}</bdi></Trans>
  if (link.kind === 'event') return <Trans>One event named both; {count} came along.</Trans>
  if (link.kind === 'person') return <Trans><bdi>{by}</bdi> merged them; {count} came along.</Trans>
  return <Trans><bdi>{by}</bdi> parted them; {count} left.</Trans>
}

function One({ link, profile, mayWrite, onUndo, onEvent }: { link: Link; profile: Profile; mayWrite: boolean; onUndo: (link: Link) => void; onEvent: (position: number) => void }) {
  const { t } = useLingui()
  const here = link.nodes.filter((number) => profile.nodes.some((node) => node.number === number)).length
  const undoable = mayWrite && link.kind !== 'split' && !link.refused && here > 0 && here < profile.nodes.length
  return (
    <li className="cu-link" id={`cu-link-${link.number}`} tabIndex={-1}>
      <span className="cu-link-icon" data-kind={link.kind}><Icon name={link.kind === 'split' ? 'split' : 'merge'} /></span>
      <div className="pt-grow">
        {(link.evidence || link.other) && (
          <div className="cu-ids">
            {link.evidence && <Identifiers of={link.evidence} />}
            {link.evidence && link.other && <span className="pt-faint">{link.kind === 'split' ? t`parted from` : t`with`}</span>}
            {link.other && <Identifiers of={link.other} />}
          </div>
        )}
        <div className="pt-soft"><Sentence link={link} /></div>
        {link.reason && <div><span className="pt-faint">{t`Reason`}</span> <bdi>{link.reason}</bdi></div>}
        <div className="pt-row pt-faint">
          <Time at={link.at} />
          {link.kind === 'event' && <button type="button" className="cu-plain" onClick={() => onEvent(link.position)}>{t`The event`}</button>}
          {link.kind === 'split' && link.other_person && <LinkTo href={`/customers/${link.other_person}`}>{t`Who left`}</LinkTo>}
        </div>
      </div>
      {undoable && <Button onClick={() => onUndo(link)}><Trans>Undo…</Trans></Button>}
    </li>
  )
}

export function Story({ links, more, profile, mayWrite, onUndo, onEvent }: {
  links: readonly Link[]
  more: boolean
  profile: Profile
  mayWrite: boolean
  onUndo: (link: Link) => void
  onEvent: (position: number) => void
}) {
  const { t } = useLingui()
  return (
    <Panel title={t`How this became one person`} flush>
      {links.length === 0 ? <p className="cu-none pt-soft"><Trans>Nobody was ever merged in or parted: all identifiers came together from the beginning.</Trans></p> : (
        <ul className="pt-items">{links.map((link) => <One key={link.number} link={link} profile={profile} mayWrite={mayWrite} onUndo={onUndo} onEvent={onEvent} />)}</ul>
      )}
      {more && <p className="cu-none pt-faint"><Trans>Only the newest are shown.</Trans></p>}
    </Panel>
  )
}
