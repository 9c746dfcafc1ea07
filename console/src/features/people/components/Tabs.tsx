// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'

/** The three pages of the area; links, so that each has its address. */
export function PeopleTabs({ at }: { at: 'people' | 'roles' | 'tokens' }) {
  const { t } = useLingui()
  const go = useGo()
  const mayTokens = useMay('tokens.read')
  const all = [
    { id: 'people', path: '/people', title: t`People` },
    { id: 'roles', path: '/people/roles', title: t`Roles` },
    ...(mayTokens ? [{ id: 'tokens', path: '/people/tokens', title: t`API tokens` }] : []),
  ]
  return (
    <nav className="pt-toolbar" aria-label={t`People and roles`}>
      {all.map((one) => (
        <Button
          key={one.id} component="a" href={one.path} size="compact-md" variant={one.id === at ? 'filled' : 'default'} aria-current={one.id === at ? 'page' : undefined}
          onClick={(event: React.MouseEvent) => {
            if (event.metaKey || event.ctrlKey) return
            event.preventDefault()
            go(one.path)
          }}
        >
          {one.title}
        </Button>
      ))}
    </nav>
  )
}
