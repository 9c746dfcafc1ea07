// SPDX-License-Identifier: Apache-2.0
// What was said and done, oldest first. What the requester can read looks unlike what they cannot.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { type MailIn, type MailOut, useTicketMails } from '@/features/mailboxes'
import { Ago } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { Loaded } from '@/ui/states'
import { type ClockKind, fileOf, type HistoryRow, type Ticket, useAttachments, useHistory } from '../model'
import { useValueText } from '../names'
import { changesOf, storyOf, type Told } from '../story'
import { clocks, fields, nameOf, whats } from '../words'
import { Delivery, Letter, type LetterFile, LetterHead } from './Letter'
import { Scroll } from './Scroll'
import { Beside, TriagePanel } from './Triage'

function useBy() {
  const { t } = useLingui()
  return (row: HistoryRow) => (row.by.kind === 'rule' || row.by.kind === 'system' ? t`Patron` : row.by.name === '' ? t`the server` : row.by.name)
}

/** State: New → Solved; Queue: Payments. */
export function useChangeText() {
  const { i18n } = useLingui()
  const value = useValueText()
  return (row: HistoryRow): string =>
    changesOf(row).map(({ field, before, after }) => {
      const text = (one: unknown) => value(field, one)
      const name = nameOf(i18n, fields, field)
      return field === 'description' || field === 'review' || field === 'custom' ? name : before === '' || (Array.isArray(before) && before.length === 0) ? `${name}: ${text(after)}` : `${name}: ${text(before)} → ${text(after)}`
    }).join('; ')
}

/** Mail of a ticket by the row of its history that it is told by, or tells. */
type Post = { came: Map<number, MailIn>; left: Map<number, MailOut[]>; files: LetterFile[]; act: boolean }

/** The oldest of a row first. */
function bySeq(mails: readonly MailOut[]) {
  const found = new Map<number, MailOut[]>()
  for (const one of mails) found.set(one.seq, [one, ...(found.get(one.seq) ?? [])])
  return found
}

function usePost(ticket: Ticket): Post {
  const mails = useTicketMails(ticket).data
  const attachments = useAttachments(ticket).data
  const act = useMay('desk.write')
  return useMemo(() => ({
    came: new Map((mails?.in ?? []).flatMap((one) => (one.seq === null ? [] : [[one.seq, one]]))),
    left: bySeq(mails?.out ?? []),
    files: (attachments ?? []).map((one) => ({ number: one.attachment, name: one.name, href: fileOf(ticket.key, one.attachment) })),
    act,
  }), [mails, attachments, ticket.key, act])
}

function Sent({ post, seq }: { post: Post; seq: number }) {
  return <Delivery mails={post.left.get(seq) ?? []} act={post.act} />
}

function Words({ row, post }: { row: HistoryRow; post: Post }) {
  const { t } = useLingui()
  const mail = post.came.get(row.seq)
  const by = useBy()
  const changes = useChangeText()(row)
  const kind = row.what === 'answered' ? 'requester' : row.public ? 'public' : 'internal'
  const tag = { requester: t`From the requester`, public: t`Public reply`, internal: t`Internal note` }[kind]
  return (
    <li className="dk-words" data-kind={kind}>
      <div className="dk-words-head">
        <bdi className="dk-by">{mail === undefined ? by(row) : mail.sender_name || mail.sender}</bdi>
        <span className="dk-tag"><Icon name={kind === 'internal' ? 'lock' : kind === 'public' ? 'reply' : 'person'} size={12} />{tag}</span>
        <span className="pt-grow" />
        <span className="pt-faint"><Ago at={row.at} /></span>
      </div>
      {mail && <LetterHead mail={mail} />}
      <div className="dk-text"><bdi>{row.text}</bdi></div>
      {mail && <Letter mail={mail} files={post.files} />}
      <Sent post={post} seq={row.seq} />
      {changes !== '' && <div className="dk-words-changes pt-faint">{changes}</div>}
    </li>
  )
}

function Line({ icon, row, children, tone }: { icon: 'check' | 'merge' | 'service' | 'clock' | 'warn'; row: HistoryRow; children: React.ReactNode; tone?: 'bad' | 'warn' }) {
  return (
    <li className={`dk-did ${tone ? `pt-text-${tone}` : ''}`}>
      <Icon name={icon} size={13} />
      <span className="pt-grow">{children}</span>
      <Ago at={row.at} />
    </li>
  )
}

function Item({ told, post, onReports }: { told: Told; post: Post; onReports: () => void }) {
  const { i18n } = useLingui()
  const by = useBy()
  const changes = useChangeText()
  /** "resolution", or "resolution: STEP" */
  const promise = (text: string) => text.replace(/^\w+/, (name) => name in clocks ? i18n._(clocks[name as ClockKind].name) : name)
  if (told.kind === 'words') return <Words row={told.row} post={post} />
  if (told.kind === 'joined') {
    const last = told.rows.at(-1) as HistoryRow
    return (
      <Line icon="merge" row={last}>
        <button type="button" className="dk-link" onClick={onReports}>{plural(told.rows.length, { one: '# report joined', other: '# reports joined' })}</button>
        {told.stores > 0 && <>{', '}{plural(told.stores, { one: 'now of # store', other: 'now of # stores' })}</>}
      </Line>
    )
  }
  const { row } = told
  if (told.kind === 'vendor') return <Line icon="service" row={row}><bdi>{by(row)}</bdi> {i18n._(whats[row.what])}: <bdi className="dk-quoted">{row.text}</bdi></Line>
  if (told.kind === 'promise') return <Line icon={row.what === 'sla_breached' ? 'warn' : 'clock'} tone={row.what === 'sla_breached' ? 'bad' : 'warn'} row={row}>{i18n._(whats[row.what])}: {promise(row.text)}</Line>
  const text = row.what === 'opened' ? '' : changes(row)
  return (
    <Line icon="check" row={row}>
      <bdi>{by(row)}</bdi> {row.what === 'changed' && text !== '' ? '' : i18n._(whats[row.what])} {text} <bdi>{row.text}</bdi>
      {row.what !== 'opened' && <Sent post={post} seq={row.seq} />}
    </Line>
  )
}

export function Conversation({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const query = useHistory(ticket)
  const post = usePost(ticket)
  const first = post.came.get(1)
  const [, setUrl] = useUrl()
  const told = useMemo(() => storyOf(query.data ?? []), [query.data])
  return (
    <div className="dk-conversation">
      {ticket.description !== '' && (
        <div className="dk-words dk-first" data-kind="requester">
          <div className="dk-words-head">
            <bdi className="dk-by">{first?.sender_name || (ticket.requester === '' ? t`Somebody` : ticket.requester)}</bdi>
            <span className="dk-tag"><Icon name="person" size={12} /><Trans>What was reported</Trans></span>
            <Beside ticket={ticket} part="mood" />
            <span className="pt-grow" /><span className="pt-faint"><Ago at={ticket.opened_at} /></span>
          </div>
          {first && <LetterHead mail={first} />}
          <div className="dk-text"><bdi>{ticket.description}</bdi></div>
          {first && <Letter mail={first} files={post.files} />}
          <Sent post={post} seq={1} />
          <Beside ticket={ticket} part="entities" />
        </div>
      )}
      <TriagePanel ticket={ticket} />
      <Loaded query={query} rows={4}>
        {() => <ol className="pt-items dk-story" aria-label={t`What was said and done`}>{told.map((one) => <Item key={one.kind === 'joined' ? one.rows[0]?.seq : one.row.seq} told={one} post={post} onReports={() => setUrl({ tab: 'reports' })} />)}</ol>}
      </Loaded>
    </div>
  )
}

/** Every row with what it changed from and to. */
export function History({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useLingui()
  const query = useHistory(ticket)
  const by = useBy()
  const value = useValueText()
  return (
    <Loaded query={query} rows={6}>
      {(rows) => (
        <Scroll label={t`History`}>
          <table className="dk-table">
            <thead><tr><th scope="col">{t`When`}</th><th scope="col">{t`Who`}</th><th scope="col">{t`What`}</th><th scope="col">{t`Before`}</th><th scope="col">{t`After`}</th></tr></thead>
            <tbody>
              {[...rows].reverse().flatMap((row) => {
                const changes = changesOf(row).filter(({ before, after }) => row.what !== 'opened' || (after !== '' && before !== after))
                const head = (
                  <>
                    <td rowSpan={changes.length || 1}><Ago at={row.at} /></td>
                    <td rowSpan={changes.length || 1}><bdi>{by(row)}</bdi></td>
                  </>
                )
                if (changes.length === 0) return [<tr key={row.seq}>{head}<td>{i18n._(whats[row.what])}{row.public && <> <span className="pt-faint">{t`public`}</span></>}</td><td colSpan={2} className="dk-pre"><bdi>{row.text}</bdi></td></tr>]
                return changes.map(({ field, before, after }, i) => (
                  <tr key={`${row.seq} ${field}`}>{i === 0 && head}<th scope="row">{nameOf(i18n, fields, field)}</th><td className="dk-pre"><bdi>{value(field, before)}</bdi></td><td className="dk-pre"><bdi>{value(field, after)}</bdi></td></tr>
                ))
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </Loaded>
  )
}
