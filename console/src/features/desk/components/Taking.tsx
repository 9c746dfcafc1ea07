// SPDX-License-Identifier: Apache-2.0
// "I take work", with what is offered: a key takes it, a key leaves it to others.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Switch } from '@mantine/core'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useGo } from '@/base/url'
import { Keys } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { useNow } from '../model'
import { useNames } from '../names'
import { answerOffer, type Me, type Offer, setPresence, useMe } from '../taking'
import { Priority } from './chips'

async function told(done: Promise<unknown>, text: string, undo?: () => unknown) {
  try {
    await done
    toast({ text, ...(undo ? { undo } : {}) })
  } catch (error) {
    toast({ text: errorText(error), tone: 'bad' })
  }
}

/** Nothing for those to whom nothing is given. */
export function TakingSwitch() {
  const me = useMe().data
  return me?.known ? <Taking of={me} /> : null
}

function Taking({ of }: { of: Me }) {
  const { t } = useLingui()
  const format = useFormat()
  const on = of.presence === 'online'
  const turn = () => {
    const before = of.presence
    const next = on ? ('away' as const) : ('online' as const)
    void told(setPresence(next), on ? t`You are away: nothing new is given to you` : t`You take work`, () => setPresence(before))
  }
  useShortcuts([{ keys: 'b', label: t`Take work, or a break`, group: t`Work that is offered`, run: turn }])
  const [load, capacity] = [format.integer(of.load), format.integer(of.capacity)]
  return (
    <span className="dk-taking">
      <Switch label={t`I take work`} checked={on} onChange={turn} />
      <span className="pt-faint">{on && !of.on_shift ? t`not on shift` : t`${load} of ${capacity} in hand`}</span>
      <Keys keys="b" />
    </span>
  )
}

function One({ of, now, first }: { of: Offer; now: number; first: boolean }) {
  const { t } = useLingui()
  const format = useFormat()
  const go = useGo()
  const names = useNames()
  const left = Math.max(0, Math.ceil((Date.parse(of.expires_at) - now) / 1000))
  const take = () => void told(answerOffer(of, true).then(() => go(`/desk?ticket=${of.ticket}`)), t`${of.ticket} is yours`)
  const leave = () => void told(answerOffer(of, false), t`${of.ticket} is left to others`)
  const group = t`Work that is offered`
  useShortcuts(first ? [{ keys: 'f', label: t`Take what is offered`, group, run: take }, { keys: 'd', label: t`Leave it to others`, group, run: leave }] : [])
  const { why } = of
  const reasons = [
    why.sticky ? t`you spoke with them last` : '', why.relaxed ? t`nobody with all skills was there` : '', why.again ? t`nobody else is there` : '',
    why.candidates > 1 ? plural(why.candidates, { one: '# could take it', other: '# could take it' }) : '',
  ].filter(Boolean).join(', ')
  const seconds = format.unit(left, 'second', 0)
  return (
    <li>
      <Priority of={of.priority} />
      <LinkTo href={`/desk/${of.ticket}`}><span className="pt-ltr">{of.ticket}</span></LinkTo>
      <b className="dk-cut"><bdi>{of.title}</bdi></b>
      <span className="pt-soft dk-cut">{[names.queue(of.queue), reasons].filter(Boolean).join(' · ')}</span>
      <span className="pt-grow" />
      <span className={left < 15 ? 'pt-text-warn' : 'pt-soft'}>{t`${seconds} left`}</span>
      <span className="dk-triage-acts">
        <Button size="compact-sm" variant="filled" onClick={take} {...(first ? { rightSection: <Keys keys="f" /> } : {})}><Trans>Take it</Trans></Button>
        <Button size="compact-sm" onClick={leave} {...(first ? { rightSection: <Keys keys="d" /> } : {})}><Trans>Leave it</Trans></Button>
      </span>
    </li>
  )
}

export function Offers() {
  const { t } = useLingui()
  const now = useNow()
  const offers = useMe().data?.offers ?? []
  if (offers.length === 0) return null
  return <ul className="pt-items dk-offers" aria-label={t`Offered to you`} role="list">{offers.map((one, i) => <One key={one.offer} of={one} now={now} first={i === 0} />)}</ul>
}
