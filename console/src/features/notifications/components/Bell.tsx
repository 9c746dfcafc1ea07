// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useSession } from '@/base/session'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { useFollow, useUnread } from '../model'

const SHOWN_MAX = 99

/** How many are unread; the list is one key away. */
export function Bell() {
  const { t } = useLingui()
  const session = useSession()
  useFollow()
  const unread = useUnread(session?.account != null).data ?? 0
  if (session?.account == null) return null
  const label = unread === 0 ? t`Notifications` : plural(unread, { one: '# notification not read', other: '# notifications not read' })
  return (
    <LinkTo href="/notifications" className="sh-bell" title={label}>
      <Icon name="bell" />
      <span className="pt-hidden">{label}</span>
      {unread > 0 && <span className="sh-bell-count" aria-hidden="true">{unread > SHOWN_MAX ? `${SHOWN_MAX}+` : unread}</span>}
    </LinkTo>
  )
}
