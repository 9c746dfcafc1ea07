// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'

let lastTitle: string | null = null

/** Holds the note's place until there is one. */
const BLANK = '\u00a0'

/** A page's head and body. The title takes the focus when one comes from another page, so that it is read out. */
export function Page({ title, note, actions, children, fill = false }: {
  title: string
  /** Under the title: what the page is about, its period and zone. */
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** The body takes the rest of the screen and scrolls by itself: for long lists. */
  fill?: boolean
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Patron`
    if (lastTitle !== null && lastTitle !== title) heading.current?.focus({ preventScroll: true })
    lastTitle = title
  }, [title])
  return (
    <div className={fill ? 'pt-page pt-page-fill' : 'pt-page'}>
      <div className="pt-page-head">
        <div className="pt-page-title">
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {/* an element of its own after the blank: browsers time an element's first text only, and this is the largest paint of many pages */}
          {note !== undefined && <div className="pt-note">{note === BLANK ? note : <div>{note}</div>}</div>}
        </div>
        {actions !== undefined && <div className="pt-actions">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

/** A box with a border: never one inside another. */
export function Panel({ title, actions, children, flush = false, label }: {
  title?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** No padding: for tables and lists. */
  flush?: boolean
  label?: string
}) {
  return (
    <section className="pt-panel" aria-label={label}>
      {(title !== undefined || actions !== undefined) && (
        <div className="pt-panel-head">
          {typeof title === 'string' ? <h2>{title}</h2> : title}
          <div className="pt-actions">{actions}</div>
        </div>
      )}
      <div className={flush ? undefined : 'pt-panel-body'}>{children}</div>
    </section>
  )
}

/** Filters and actions above a list. */
export function Toolbar({ children, label }: { children: ReactNode; label: string }) {
  return <div className="pt-toolbar" role="group" aria-label={label}>{children}</div>
}

/** Names and values, one under the other. */
export function Facts({ rows }: { rows: [name: ReactNode, value: ReactNode][] }) {
  return (
    <dl className="pt-facts">
      {rows.map(([name, value], i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function PrimaryButton(props: React.ComponentProps<typeof Button<'button'>>) {
  return <Button variant="filled" {...props} />
}
