// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { rate, type Ticket } from '../model'
import { Chips } from './Chips'
import { useSend } from './send'

/** The one question after it is over, for whoever reported it first. */
export function Rating({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const { send, note } = useSend()
  const { rating } = ticket
  if (rating === null) return null
  const { least, most } = rating
  const options = Array.from({ length: most - least + 1 }, (_, i) => ({ value: String(least + i), label: String(least + i) }))
  return (
    <>
      <Chips legend={rating.question} value={rating.score === null ? '' : String(rating.score)} options={options} onChange={(score) => void send(() => rate(ticket.ticket, Number(score)))} />
      <p className="pt-soft">{rating.score === null ? t`${least}: not at all, ${most}: very much` : t`Thank you. You can change it for some days.`}</p>
      {note}
    </>
  )
}
