// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Empty } from '@/ui/states'

/** After a start of the server; the page goes on by itself. */
export function ReadingIn() {
  const { t } = useLingui()
  return (
    <div role="status">
      <Empty title={t`The server is reading its customers in`}><Trans>It has just been started. Nothing is missing; this page goes on by itself, mostly within seconds.</Trans></Empty>
    </div>
  )
}
