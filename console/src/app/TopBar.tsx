// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { ActionIcon, Popover } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { signOut, useSession } from '@/base/session'
import { Keys } from '@/ui/bits'
import { LookChoices, ZoneChoice } from '@/ui/Choices'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { roleName } from '@/ui/roles'
import { Bell } from '@/features/notifications'
import { LiveChip } from './live'

/** What belongs to the person: choices that hold at once, and ways out. A dialog, since a menu may hold no choices. */
function PersonMenu({ onKeys }: { onKeys: () => void }) {
  const { t, i18n } = useLingui()
  const session = useSession()
  const [opened, setOpened] = useState(false)
  const name = session?.account?.name ?? ''
  const close = () => setOpened(false)
  return (
    <Popover opened={opened} onChange={setOpened} width={280} position="bottom-end" shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <button type="button" className="sh-person" onClick={() => setOpened(!opened)}>
          <Icon name="person" />
          <span className="sh-person-name">{name}</span>
          <span className="pt-hidden">{t`You and your settings`}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t`You and your settings`} className="sh-own">
        <div className="pt-faint">{name}{session?.role ? ` · ${roleName(i18n, session.role)}` : ''}</div>
        <LookChoices />
        <ZoneChoice />
        <div className="sh-own-ways">
          <LinkTo href="/you" onClick={close}>{t`Your account`}</LinkTo>
          <button
            type="button"
            onClick={() => {
              close()
              onKeys()
            }}
          >
            <span className="pt-grow">{t`Keys`}</span><Keys keys="?" />
          </button>
          <button type="button" onClick={() => void signOut()}>{t`Sign out`}</button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

export function TopBar({ onSearch, onMenu, menuOpen, onKeys }: { onSearch: () => void; onMenu: () => void; menuOpen: boolean; onKeys: () => void }) {
  const { t } = useLingui()
  const prefs = usePrefs()
  return (
    <header className="sh-top">
      <ActionIcon className="sh-menu-button" aria-label={t`Menu`} aria-expanded={menuOpen} onClick={onMenu}><Icon name="menu" /></ActionIcon>
      <Link to="/" className="sh-brand" aria-label="Patron"><img src="/icon.svg" alt="" width={20} height={20} /><span>Patron</span></Link>
      <button type="button" className="sh-find" onClick={onSearch}>
        <Icon name="search" size={14} />
        <span>{t`Search`}</span>
        <Keys keys="/" />
      </button>
      <span className="pt-grow" />
      <LiveChip />
      <span className="pt-status sh-zone" title={t`All times are shown in this zone`}>{zoneOf(prefs)}</span>
      <span className="sh-palette-key"><Keys keys="mod+k" /></span>
      <Bell />
      <PersonMenu onKeys={onKeys} />
    </header>
  )
}
