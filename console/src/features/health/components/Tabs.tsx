// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useGo } from '@/base/url'

export function HealthTabs({ at }: { at: 'health' | 'backups' }) {
  const { t } = useLingui()
  const go = useGo()
  const all = [{ id: 'health', path: '/health', title: t`Health` }, { id: 'backups', path: '/health/backups', title: t`Backups` }]
  return (
    <nav className="pt-toolbar" aria-label={t`Health`}>
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
