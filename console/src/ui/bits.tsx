// SPDX-License-Identifier: Apache-2.0
// Small parts: states in words, numbers with their unit, times in the zone in force, code to copy, keys.
import { useLingui } from '@lingui/react/macro'
import { ActionIcon, Tooltip } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { type Instant, useFormat } from '@/base/format'
import { usePrefs, zoneOf } from '@/base/prefs'
import { Icon } from './icons'

export type Tone = 'good' | 'warn' | 'bad' | 'accent' | 'plain'

/** A state in a word; the colour only repeats what the word says. */
export function Status({ tone, children, dot = false }: { tone: Tone; children: ReactNode; dot?: boolean }) {
  return (
    <span className={`pt-status pt-${tone}`}>
      {dot && <span className="pt-dot" aria-hidden="true" />}
      {children}
    </span>
  )
}

/** An instant in the zone in force; on hover with date, zone and how long ago. Nothing at all is a word, not a blank. */
export function Time({ at, style = 'dateTime' }: { at: Instant | null | undefined; style?: 'dateTime' | 'time' | 'timeMs' | 'date' | 'ago' }) {
  const { t } = useLingui()
  const format = useFormat()
  if (at === null || at === undefined) return <span className="pt-faint">{t`never`}</span>
  return (
    // the whole of it only when somebody points at it: a long list has hundreds
    <time
      dateTime={new Date(at).toISOString()}
      onMouseEnter={(event) => {
        event.currentTarget.title = `${format.dateTime(at)} ${format.zone} (${format.ago(at)})`
      }}
    >
      {format[style](at)}
    </time>
  )
}

/** "3 minutes ago", which stays true while one looks at it. */
export function Ago({ at }: { at: Instant | null | undefined }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 10000)
    return () => clearInterval(timer)
  }, [])
  return <Time at={at} style="ago" />
}

/** A figure with unit, period and the time it is of. */
export function Figure({ label, value, unit, note, tone, definition }: {
  label: string
  value: ReactNode
  unit?: ReactNode
  note?: ReactNode
  tone?: Tone
  definition?: string
}) {
  return (
    <div className="pt-figure" title={definition}>
      <div className="pt-soft">{label}</div>
      <div className={tone ? `pt-figure-value pt-text-${tone}` : 'pt-figure-value'}>
        {value} {unit !== undefined && <span className="pt-figure-unit">{unit}</span>}
      </div>
      {note !== undefined && <div className="pt-figure-note">{note}</div>}
    </div>
  )
}

/** The zone in which the times of a page are shown. */
export function ZoneNote() {
  const { t } = useLingui()
  const zone = zoneOf(usePrefs())
  return <span className="pt-faint">{t`Times in ${zone}`}</span>
}

export function Copy({ text, label }: { text: string; label?: string }) {
  const { t } = useLingui()
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  const name = label ?? t`Copy`
  return (
    <Tooltip label={done ? t`Copied` : name}>
      <ActionIcon aria-label={name} onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>
        <Icon name={done ? 'check' : 'copy'} />
        <span className="pt-hidden" role="status">{done ? t`Copied` : ''}</span>
      </ActionIcon>
    </Tooltip>
  )
}

/** Code to take along: always left to right. */
export function Code({ text, label, height, wrap = false }: {
  text: string
  label: string
  height?: number
  /** Long lines go on in the next one: for links and keys. */
  wrap?: boolean
}) {
  return (
    <div className={wrap ? 'pt-code pt-code-wrap' : 'pt-code'}>
      {/* scrolls by keyboard */}
      <pre className="pt-ltr" tabIndex={0} role="region" aria-label={label} style={height === undefined ? undefined : { maxHeight: height }}>{text}</pre>
      <Copy text={text} />
    </div>
  )
}

/** An id, a key, an address: monospaced, left to right, to be copied. */
export function Mono({ children, copy = false }: { children: string; copy?: boolean }) {
  return (
    <span className="pt-mono-line">
      <code className="pt-ltr">{children}</code>
      {copy && <Copy text={children} />}
    </span>
  )
}

const SYMBOLS: Record<string, string> = { mod: /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl', Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', Enter: '↵' }

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="pt-keys pt-ltr">
      {keys.split(/[ +]/).map((key) => <kbd key={key}>{SYMBOLS[key] ?? key}</kbd>)}
    </span>
  )
}
