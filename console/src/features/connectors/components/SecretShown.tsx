// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Code } from '@/ui/bits'

/** A secret that was made here: in sight this once. */
export function SecretShown({ secret }: { secret: string }) {
  const { t } = useLingui()
  return (
    <div>
      <h3 className="cn-label"><Trans>Secret</Trans></h3>
      <Code label={t`Secret`} text={secret} wrap />
      <p className="pt-note"><Trans>Take it along now: it is stored sealed and never shown again. If it is lost, make a new one.</Trans></p>
    </div>
  )
}
