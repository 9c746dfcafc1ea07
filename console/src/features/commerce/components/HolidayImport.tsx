// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton, NumberInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import type { Holiday } from '../hours'
import { readHolidays } from '../model'
import '../commerce.css'

/** Holidays of an iCalendar file, for the years that are asked for; nothing is saved by it. */
export function HolidayImport({ onClose, onFound }: { onClose: () => void; onFound: (found: Holiday[]) => void }) {
  const { t } = useLingui()
  const year = new Date().getFullYear()
  const [text, setText] = useState('')
  const [from, setFrom] = useState(year)
  const [to, setTo] = useState(year + 1)
  async function read() {
    const { holidays, skipped } = await readHolidays(text, from, to)
    const found = holidays.length
    onFound(holidays)
    toast({ text: skipped === 0 ? t`Holidays found: ${found}` : t`Holidays found: ${found}; events at a time of day, which are none: ${skipped}` })
    onClose()
  }
  return (
    <FormDialog title={t`Holidays from iCalendar`} opened onClose={onClose} onSubmit={read} submit={t`Take them over`} disabled={text.trim() === '' || from > to}>
      <div className="pt-row">
        <FileButton onChange={(file) => void file?.text().then(setText)} accept=".ics,text/calendar" inputProps={{ 'aria-label': t`iCalendar file` }}>
          {(props) => <Button {...props}><Trans>Choose a file</Trans></Button>}
        </FileButton>
        <span className="pt-soft"><Trans>or paste its text. Days that are there already stay.</Trans></span>
      </div>
      <Textarea aria-label={t`Text of the iCalendar file`} className="pt-ltr" rows={7} placeholder="BEGIN:VCALENDAR" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <div className="cm-two">
        <NumberInput label={t`From the year`} min={1970} max={2200} allowDecimal={false} value={from} onChange={(value) => setFrom(Number(value))} />
        <NumberInput label={t`to the year`} min={1970} max={2200} allowDecimal={false} value={to} onChange={(value) => setTo(Number(value))} />
      </div>
    </FormDialog>
  )
}
