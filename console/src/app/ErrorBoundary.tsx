// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { errorText } from '@/ui/states'

/** A page that broke: what happened, what is safe, and how to go on. A chunk that is gone means that a newer console is there. */
export function PageError({ error }: { error: unknown }) {
  const { t } = useLingui()
  const outdated = error instanceof Error && /dynamically imported module|preload CSS|Importing a module/i.test(error.message)
  return (
    <div className="pt-state" role="alert">
      <h1>{outdated ? t`The server has a newer console` : t`This page has failed`}</h1>
      <p className="pt-state-text">
        {outdated
          ? <Trans>Loading the page again brings it.</Trans>
          : <><code className="pt-ltr">{errorText(error)}</code><br /><Trans>What was saved stands on the server.</Trans></>}
      </p>
      <Button variant="filled" onClick={() => location.reload()}><Trans>Load the page again</Trans></Button>
    </div>
  )
}

/** Around everything: also a mistake in the shell leaves something to read. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    return this.state.error === null ? this.props.children : <PageError error={this.state.error} />
  }
}
