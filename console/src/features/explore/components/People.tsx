// SPDX-License-Identifier: Apache-2.0
// The people behind a number, and the way to each of them.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { saveCsv } from '@/ui/csv'
import { SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Empty, Failed, Forbidden, Skeleton } from '@/ui/states'
import { attempt } from '@/ui/toast'
import type { Cell } from '../answer'
import { allPeople, type Person, usePeople } from '../model'
import type { Json } from '../sets'

function List({ query, cell }: { query: Json; cell: Cell }) {
  const { t } = useLingui()
  const format = useFormat()
  const people = usePeople(query, cell)
  const list = useRef<HTMLUListElement>(null)
  const there = people.data !== undefined
  // from the number to who stands behind it
  useEffect(() => {
    if (there) list.current?.querySelector<HTMLElement>('a')?.focus({ preventScroll: true })
  }, [there])
  if (people.data === undefined) return people.isError ? <Failed error={people.error} retry={() => void people.refetch()} /> : <Skeleton rows={8} />
  const all = people.data.pages.flatMap((page) => page.data)
  const count = format.integer(people.data.pages[0]?.count ?? 0)
  const shown = format.integer(all.length)
  return (
    <>
      <p className="pt-soft" role="status"><Trans>{shown} of {count} people</Trans></p>
      {all.length === 0 ? <Empty title={t`Nobody`} /> : (
        <ul ref={list} className="pt-items ex-people">
          {all.map((person) => (
            <li key={person.id}>
              <LinkTo href={`/customers/${person.id}`}><bdi>{person.name || t`Visitor without a name`}</bdi></LinkTo>
              {person.detail !== '' && <span className="pt-faint"><bdi>{person.detail}</bdi></span>}
            </li>
          ))}
        </ul>
      )}
      {people.hasNextPage && <div><Button loading={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}><Trans>Show more</Trans></Button></div>}
    </>
  )
}

export function PeoplePanel({ query, cell, of, onClose }: { query: Json; cell: Cell; of: string; onClose: () => void }) {
  const { t } = useLingui()
  const may = useMay('profiles.read')
  const [busy, setBusy] = useState(false)
  async function save() {
    setBusy(true)
    try {
      const all = await allPeople(query, cell)
      saveCsv('people', [{ title: 'id', value: (one: Person) => one.id }, { title: t`Name`, value: (one: Person) => one.name }, { title: t`Detail`, value: (one: Person) => one.detail }], all)
    } finally {
      setBusy(false)
    }
  }
  return (
    <SidePanel
      title={t`People behind the number`} onClose={onClose}
      actions={may && <Tooltip label={t`Save all of them as CSV`}><ActionIcon aria-label={t`Save all of them as CSV`} loading={busy} onClick={() => void attempt(save())}><Icon name="download" /></ActionIcon></Tooltip>}
    >
      <p className="ex-of"><bdi>{of}</bdi></p>
      {may ? <List key={JSON.stringify(cell)} query={query} cell={cell} /> : <Forbidden permission="profiles.read" />}
    </SidePanel>
  )
}
