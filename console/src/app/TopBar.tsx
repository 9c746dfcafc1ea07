// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { ActionIcon, Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { usePrefs, zoneOf } from '@/base/prefs'
import { signOut, useSession } from '@/base/session'
import { Keys } from '@/ui/bits'
import { LookChoices, ZoneChoice } from '@/ui/Choices'
import { Icon } from '@/ui/icons'
import { roleName } from '@/ui/roles'
import { LiveChip } from './live'

function PersonMenu({ onKeys }: { onKeys: () => void }) {
  const { t, i18n } = useLingui()
  const session = useSession()
  const name = session?.account?.name ?? ''
  return (
    <Menu width={280}>
      <Menu.Target>
        <button type="button" className="sh-person">
          <Icon name="person" />
          <span className="sh-person-name">{name}</span>
          <span className="pt-hidden">{t`You and your settings`}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}{session?.role ? ` · ${roleName(i18n, session.role)}` : ''}</Menu.Label>
        <div className="sh-choices" role="none"><LookChoices /><ZoneChoice /></div>
        <Menu.Divider />
        <Menu.Item renderRoot={(props: object) => <Link to="/you" search={{}} {...props} />}>{t`Your account`}</Menu.Item>
        <Menu.Item rightSection={<Keys keys="?" />} onClick={onKeys}>{t`Keys`}</Menu.Item>
        <Menu.Item onClick={() => void signOut()}>{t`Sign out`}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
        <span>{t`Search pages, sources, people, events`}</span>
        <Keys keys="/" />
      </button>
      <span className="pt-grow" />
      <LiveChip />
      <span className="pt-status sh-zone" title={t`All times are shown in this zone`}>{zoneOf(prefs)}</span>
      <span className="sh-palette-key"><Keys keys="mod+k" /></span>
      <PersonMenu onKeys={onKeys} />
    </header>
  )
}
