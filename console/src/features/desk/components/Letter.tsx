// SPDX-License-Identifier: Apache-2.0
// A message on its ticket: who else got it, its files, what it quotes, how it looked; and how far one of ours is.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import { decide, type MailIn, type MailOut } from '@/features/mailboxes'
import { Status } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { fileOfCid, inert, LATER } from '../letter'
import { sentStates } from '../words'

/** A file of the ticket: where it is, and its name. */
export type LetterFile = { number: number; name: string; href: string }

/** Blockquotes that lie in no other are folded. */
function fold(of: Document, body: HTMLElement, title: string) {
  for (const quote of body.querySelectorAll('blockquote')) {
    if (quote.parentElement?.closest('blockquote')) continue
    const details = of.createElement('details')
    const summary = of.createElement('summary')
    summary.textContent = title
    quote.replaceWith(details)
    details.append(summary, quote)
  }
}

function fill(frame: HTMLIFrameElement, mail: MailIn, files: readonly LetterFile[], title: string) {
  const of = frame.contentDocument
  if (of === null || of.body.hasChildNodes()) return
  const read = new DOMParser().parseFromString(inert(mail.html ?? ''), 'text/html').body
  for (const image of read.querySelectorAll('img')) {
    const number = fileOfCid(image.getAttribute('src') ?? '', mail.files)
    const file = files.find((one) => one.number === number)
    if (file) image.setAttribute('src', file.href)
    else if (!image.getAttribute('src')?.startsWith('data:')) image.replaceWith(image.alt)
  }
  fold(of, read, title)
  of.body.style.cssText = 'margin: 0; padding: 12px; font: 14px/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff; overflow-wrap: anywhere'
  of.body.dir = 'auto'
  while (read.firstChild) of.body.append(read.firstChild)
  for (const one of of.body.querySelectorAll<HTMLElement>(`[${LATER}]`)) {
    one.style.cssText = one.getAttribute(LATER) ?? ''
    one.removeAttribute(LATER)
  }
  const fit = () => frame.style.setProperty('height', `${Math.min(of.documentElement.scrollHeight, 2000)}px`)
  new ResizeObserver(fit).observe(of.body)
  fit()
}

/** In a frame where nothing runs and nothing is loaded but files of the ticket. */
function Shown({ mail, files }: { mail: MailIn; files: readonly LetterFile[] }) {
  const { t } = useLingui()
  const title = t`Quoted text`
  const ready = useCallback((frame: HTMLIFrameElement | null) => {
    if (frame === null) return
    const put = () => fill(frame, mail, files, title)
    frame.addEventListener('load', put)
    put()
  }, [mail, files, title])
  return (
    <>
      {mail.left_out > 0 && <p className="dk-left-out pt-faint"><Icon name="barrier" size={12} /> {plural(mail.left_out, { one: '# image was left out: to load it would tell the sender that the message was read.', other: '# images were left out: to load them would tell the sender that the message was read.' })}</p>}
      <iframe ref={ready} className="dk-letter-frame" srcDoc="<!doctype html>" title={t`The message as it was sent`} sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" />
    </>
  )
}

/** What stands below the words of a message that came. */
export function Letter({ mail, files }: { mail: MailIn; files: readonly LetterFile[] }) {
  const { t } = useLingui()
  const [shown, setShown] = useState(false)
  const own = files.filter((file) => mail.files.some((one) => one.file === file.number))
  return (
    <div className="dk-letter">
      {own.length > 0 && (
        <ul className="dk-letter-files" aria-label={t`Files of the message`}>
          {own.map((file) => <li key={file.number}><Icon name="clip" size={12} /><a href={file.href} download={file.name}><bdi>{file.name}</bdi></a></li>)}
        </ul>
      )}
      {mail.quoted !== null && <details className="dk-quote"><summary><Trans>Quoted text</Trans></summary><div><bdi>{mail.quoted}</bdi></div></details>}
      {mail.html !== null && <button type="button" className="dk-as-sent" aria-expanded={shown} onClick={() => setShown(!shown)}>{shown ? t`Text only` : t`As it was sent`}</button>}
      {shown && <Shown mail={mail} files={files} />}
    </div>
  )
}

/** Who wrote it, and to whom besides the desk. */
export function LetterHead({ mail }: { mail: MailIn }) {
  const { t } = useLingui()
  const cc = mail.cc.join(', ')
  return (
    <div className="dk-letter-head pt-faint">
      <Icon name="mail" size={12} />
      <bdi className="pt-ltr">{mail.sender}</bdi>
      {cc !== '' && <span>{t`also to`} <bdi className="pt-ltr">{cc}</bdi></span>}
    </div>
  )
}

function Decide({ of }: { of: MailOut }) {
  const { t } = useLingui()
  const [busy, setBusy] = useState(false)
  if (of.state !== 'doubt' && of.state !== 'failed' && of.state !== 'bounced') return null
  const run = async (again: boolean) => {
    setBusy(true)
    try {
      await decide(of.message, again)
      toast({ text: again ? t`It is sent again` : t`It is left as it is` })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void run(true)}><Trans>Send again</Trans></Button>
      <Button size="compact-xs" variant="subtle" disabled={busy} onClick={() => void run(false)}><Trans>Leave it</Trans></Button>
    </>
  )
}

/** How far the messages are that tell a row; `act`: whoever looks may decide about those that did not arrive. */
export function Delivery({ mails, act }: { mails: readonly MailOut[]; act: boolean }) {
  const { t, i18n } = useLingui()
  if (mails.length === 0) return null
  return (
    <ul className="dk-delivery" aria-label={t`Sent by mail`}>
      {mails.map((one) => (
        <li key={one.message}>
          <Icon name="mail" size={12} />
          <bdi className="pt-ltr">{[one.recipient, ...one.cc].join(', ')}</bdi>
          <Status tone={sentStates[one.state].tone}>{i18n._(sentStates[one.state].name)}</Status>
          {one.error !== null && <bdi className="dk-why">{one.error}</bdi>}
          {act && <Decide of={one} />}
        </li>
      ))}
    </ul>
  )
}
