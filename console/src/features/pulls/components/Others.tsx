// SPDX-License-Identifier: Apache-2.0
import { Trans } from '@lingui/react/macro'
import { Button } from '@mantine/core'

/** Somebody else saved meanwhile: nothing of one's own is lost, and nothing of theirs by accident. */
export function Others({ by, onLoad }: { by: string; onLoad: () => void }) {
  return (
    <div className="pt-banner pt-warn" role="alert">
      <span className="pu-text"><Trans><bdi>{by}</bdi> saved this while you were editing. Saving now puts yours over it.</Trans></span>
      <Button size="compact-xs" onClick={onLoad}><Trans>Take theirs, drop mine</Trans></Button>
    </div>
  )
}
