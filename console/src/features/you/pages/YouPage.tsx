// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ZoneNote } from '@/ui/bits'
import { Page } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { About } from '../components/About'
import { Factor } from '../components/Factor'
import { Look } from '../components/Look'
import { Password } from '../components/Password'
import { Sessions } from '../components/Sessions'
import { useMe } from '../model'
import '../you.css'

export function YouPage() {
  const { t } = useLingui()
  const query = useMe()
  return (
    <Page title={t`Your account`} note={<><Trans>Who you are here, how you sign in, and how the console looks to you.</Trans> <ZoneNote /></>}>
      <Loaded query={query} rows={10}>
        {(me) => (
          <div className="yo-columns">
            <div className="pt-stack">
              <About me={me} />
              <Password me={me} />
              <Factor me={me} />
            </div>
            <Look />
          </div>
        )}
      </Loaded>
      <div className="yo-wide"><Sessions /></div>
    </Page>
  )
}
