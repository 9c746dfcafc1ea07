// SPDX-License-Identifier: Apache-2.0
// Above the list: words, what narrows it, its order, and what can be done with all of it.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Menu, NativeSelect, Popover, Select, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { useUrl } from '@/base/url'
import { Icon } from '@/ui/icons'
import { LABELS, TYPES } from '../model'
import { useNames } from '../names'
import { type Asked, exportOf, FIRST_SORT, NARROWING, SORTS } from '../views'
import { moods, sorts, types } from '../words'

/** Told to the address once one stops typing; an address that changed by itself is shown. */
function useTyped(asked: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(asked)
  const told = useRef(asked)
  const later = useDebouncedCallback((text: string) => {
    told.current = text
    tell(text)
  }, 200)
  useEffect(() => {
    if (asked !== told.current) setTyped(asked)
    told.current = asked
  }, [asked])
  return [typed, (text) => {
    setTyped(text)
    later(text)
  }]
}

export function Filters({ asked, search, onSave }: { asked: Asked; search: RefObject<HTMLInputElement | null>; onSave: (() => void) | null }) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const [url, setUrl] = useUrl()
  const [typed, type] = useTyped(url.q ?? '', (q) => setUrl({ q }))
  const [store, typeStore] = useTyped(url.store ?? '', (text) => setUrl({ store: text.trim() }))
  const narrowed = NARROWING.filter((name) => name !== 'q' && url[name]).length
  const sort = asked.sort ?? FIRST_SORT
  return (
    <div className="dk-filters" role="search" aria-label={t`Tickets`}>
      <TextInput
        ref={search} className="pt-grow" size="xs" type="search" aria-label={t`Search tickets`} placeholder={t`Search: words, key, store, requester`} maxLength={200} value={typed}
        leftSection={<Icon name="search" size={13} />} onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
        }}
      />
      <Popover width={260} position="bottom-end" shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }}>
        <Popover.Target>
          <Button size="compact-sm" className="dk-narrow" aria-label={narrowed > 0 ? t`Filter: ${narrowed} set` : t`Filter`} leftSection={<Icon name="filter" size={13} />}>{narrowed > 0 ? narrowed : t`Filter`}</Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t`Filter`} className="dk-narrowing">
          <NativeSelect size="xs" label={t`Priority`} value={url.priority ?? ''} data={[{ value: '', label: t`Any` }, ...LABELS, { value: 'P1,P2', label: 'P1, P2' }]} onChange={(event) => setUrl({ priority: event.currentTarget.value })} />
          <NativeSelect size="xs" label={t`Type`} value={url.type ?? ''} data={[{ value: '', label: t`Any` }, ...TYPES.map((value) => ({ value, label: i18n._(types[value]) }))]} onChange={(event) => setUrl({ type: event.currentTarget.value })} />
          <NativeSelect size="xs" label={t`Category`} value={url.category ?? ''} data={[{ value: '', label: t`Any` }, ...names.categories.map((one) => ({ value: one.id, label: one.name }))]} onChange={(event) => setUrl({ category: event.currentTarget.value })} />
          <NativeSelect size="xs" label={t`Tone`} value={url.mood ?? ''} data={[{ value: '', label: t`Any` }, ...(['very_negative', 'negative', 'neutral', 'positive'] as const).map((value) => ({ value, label: i18n._(moods[value]) }))]} onChange={(event) => setUrl({ mood: event.currentTarget.value })} />
          <Select size="xs" label={t`Assigned to`} searchable clearable clearButtonProps={{ 'aria-label': t`Anybody` }} placeholder={t`Anybody`} comboboxProps={{ withinPortal: false }} value={url.assignee ?? null} data={[{ value: 'none', label: t`nobody` }, ...names.people.map((one) => ({ value: one.id, label: one.name }))]} onChange={(value) => setUrl({ assignee: value })} />
          <TextInput size="xs" label={t`Store`} maxLength={100} value={store} onChange={(event) => typeStore(event.currentTarget.value)} />
          <Button size="compact-sm" disabled={narrowed === 0} onClick={() => setUrl(Object.fromEntries(NARROWING.filter((name) => name !== 'q').map((name) => [name, null])))}><Trans>Without filters</Trans></Button>
        </Popover.Dropdown>
      </Popover>
      <Menu>
        <Menu.Target><Tooltip label={t`Order, file, view`}><ActionIcon aria-label={t`Order, file, view`}><Icon name="more" /></ActionIcon></Tooltip></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t`Order`}</Menu.Label>
          {SORTS.map((one) => (
            <Menu.Item key={one} role="menuitemradio" aria-checked={one === sort} leftSection={<span className="pt-tick">{one === sort && <Icon name="check" size={14} />}</span>} onClick={() => setUrl({ sort: one })}>{i18n._(sorts[one])}</Menu.Item>
          ))}
          <Menu.Item role="menuitemcheckbox" aria-checked={asked.reversed === true} leftSection={<span className="pt-tick">{asked.reversed && <Icon name="check" size={14} />}</span>} onClick={() => setUrl({ reversed: asked.reversed ? null : '1' })}>{t`The other way round`}</Menu.Item>
          <Menu.Divider />
          <Menu.Item component="a" href={exportOf(asked)} download="tickets.csv" leftSection={<Icon name="download" size={14} />}>{t`Save as CSV`}</Menu.Item>
          {onSave && <Menu.Item leftSection={<Icon name="filter" size={14} />} onClick={onSave}>{t`Save this view…`}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
