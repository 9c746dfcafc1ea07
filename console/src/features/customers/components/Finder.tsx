// SPDX-License-Identifier: Apache-2.0
// Search as you type: the field, what it found, and the keys between them. On the area's first page and where another person is picked.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useShortcuts } from '@/base/keys'
import { Ago } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Empty, Failed, Skeleton, StaleNote } from '@/ui/states'
import { type Hit, stillLoading, useSearch } from '../model'
import { marked } from '../search'
import { personName, typeIcon, typeName } from '../words'
import { ReadingIn } from './ReadingIn'

const REST_MS = 120

function Marked({ text, search }: { text: string; search: string }) {
  return <bdi>{marked(text, search).map((piece, i) => (piece.hit ? <mark key={i}>{piece.text}</mark> : piece.text))}</bdi>
}

function Found({ hit, search }: { hit: Hit; search: string }) {
  const { t, i18n } = useLingui()
  const name = personName(i18n, hit)
  const by = hit.matched === '' ? '' : typeName(i18n, hit.matched)
  return (
    <>
      <span className="cu-hit-icon"><Icon name="person" size={18} /></span>
      <span className="pt-grow cu-hit-who">
        <span className="cu-hit-name"><Marked text={name} search={search} /></span>
        {hit.detail !== '' && hit.detail !== name && <span className="pt-soft cu-hit-detail pt-ltr"><Marked text={hit.detail} search={search} /></span>}
      </span>
      <span className="cu-hit-side">
        {by !== '' && <span className="pt-status"><Icon name={typeIcon(hit.matched)} size={12} /><span className="pt-hidden">{t`Found by`}</span> {by}</span>}
        <span className="pt-faint"><Ago at={hit.last_seen_at} /></span>
      </span>
    </>
  )
}

type Props = {
  text: string
  onText: (text: string) => void
  /** Without it a hit is a link to its page. */
  onChoose?: (hit: Hit) => void
  onOpen?: (hit: Hit) => void
  /** Not to be found: the person who is looked at. */
  without?: string
  label: string
  /** Above the hits while nothing is typed. */
  recent: string
  note?: ReactNode
}

/** Moves the focus within the list; before its first entry stands the field. */
function step(box: HTMLElement | null, by: number) {
  const hits = [...(box?.querySelectorAll<HTMLElement>('.cu-hit') ?? [])]
  const at = hits.findIndex((hit) => hit === document.activeElement)
  const to = Math.min(hits.length - 1, at + by)
  if (to < 0) box?.querySelector('input')?.focus()
  else hits[to]?.focus()
}

export function Finder({ text, onText, onChoose, onOpen, without, label, recent, note }: Props) {
  const { t } = useLingui()
  const box = useRef<HTMLDivElement>(null)
  const [rested] = useDebouncedValue(text.trim(), REST_MS)
  const query = useSearch(rested)
  const hits = (query.data ?? []).filter((hit) => hit.id !== without)
  const settled = rested === text.trim() && !query.isPlaceholderData && query.data !== undefined
  // a scanner types a code and Enter faster than an answer comes: the answer is waited for
  const awaited = useRef(false)
  const open = (hit: Hit | undefined) => {
    if (hit === undefined) return
    if (onChoose) onChoose(hit)
    else onOpen?.(hit)
  }
  useEffect(() => {
    if (!settled || !awaited.current) return
    awaited.current = false
    if (hits.length === 1) open(hits[0])
  })
  const group = t`Customers`
  useShortcuts(onChoose ? [] : [
    { keys: 'j', label: t`Next person`, group, run: () => step(box.current, 1) },
    { keys: 'k', label: t`Person before`, group, run: () => step(box.current, -1) },
    { keys: 'i', label: t`Into the search field`, group, run: () => box.current?.querySelector('input')?.focus() },
  ])
  function onKey(event: KeyboardEvent<HTMLElement>) {
    const inField = event.target instanceof HTMLInputElement
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by !== undefined) step(box.current, by)
    else if (inField && event.key === 'Enter') {
      if (settled) open(text.trim() === '' ? undefined : hits[0])
      else awaited.current = text.trim() !== ''
    } else if (inField && event.key === 'Escape' && text !== '') onText('')
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const retry = () => void query.refetch()
  return (
    <div ref={box} className="cu-finder" onKeyDown={onKey} role="search" aria-label={label}>
      <TextInput
        aria-label={label} placeholder={t`Name, mail, phone, card, order number`} classNames={{ input: 'cu-find' }} leftSection={<Icon name="search" />} type="text" inputMode="search" enterKeyHint="search"
        autoComplete="off" autoCapitalize="off" autoCorrect="off" spellCheck={false} maxLength={100} value={text} data-autofocus={onChoose ? true : undefined}
        onChange={(event) => {
          awaited.current = false
          onText(event.currentTarget.value)
        }}
        rightSection={text !== '' && <ActionIcon aria-label={t`Clear the search`} onClick={() => { onText(''); box.current?.querySelector('input')?.focus() }}><Icon name="close" /></ActionIcon>}
      />
      {note}
      {query.isError && query.data !== undefined && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
      {stillLoading(query) ? <ReadingIn /> : query.data === undefined ? (query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton rows={6} height={56} />) : hits.length === 0 ? (
        rested === ''
          ? <Empty title={t`Nobody yet`}><Trans>Whoever does something that a source sends appears here: visitors, buyers, card holders.</Trans></Empty>
          : <Empty title={t`Nobody fits “${rested}”`}><Trans>Looked for in names, mail addresses, phone and card numbers, user ids and the last order numbers; a typing error is forgiven. Fewer letters find more.</Trans></Empty>
      ) : (
        <section className="cu-hits" aria-label={rested === '' ? recent : t`Found`} aria-busy={!settled}>
          <h2 className="cu-hits-head">{rested === '' ? recent : plural(hits.length, { one: '# person fits', other: '# people fit' })}{hits.length >= 20 && rested !== '' && <span className="pt-faint">{t`the best of them; a longer text finds better`}</span>}</h2>
          <ul className="pt-items">
            {hits.map((hit, i) => (
              <li key={hit.id}>
                {onChoose
                  ? <button type="button" className="cu-hit" data-first={i === 0 && rested !== ''} onClick={() => onChoose(hit)}><Found hit={hit} search={rested} /></button>
                  : <LinkTo className="cu-hit" href={`/customers/${hit.id}`}><Found hit={hit} search={rested} /></LinkTo>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <span className="pt-hidden" role="status">{settled && rested !== '' ? plural(hits.length, { one: '# person fits', other: '# people fit' }) : ''}</span>
    </div>
  )
}
