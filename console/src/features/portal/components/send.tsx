// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { errorText } from '@/ui/states'

/** Sends something; what went wrong stands beside it, and what was typed stays. */
export function useSend() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  async function send(action: () => Promise<void>) {
    setBusy(true)
    setProblem(null)
    try {
      await action()
    } catch (why) {
      setProblem(why)
    }
    setBusy(false)
  }
  return { busy, send, note: problem === null ? null : <Problem why={problem} /> }
}

function Problem({ why }: { why: unknown }) {
  const { t } = useLingui()
  const away = why instanceof ApiError && why.status === 0
  return <p role="alert" className="pt-text-bad">{away ? t`The server cannot be reached. What you typed is kept; try again.` : errorText(why)}</p>
}
