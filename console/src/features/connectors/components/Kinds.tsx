// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { LinkTo } from '@/ui/LinkTo'
import type { Kind } from '../model'
import { kindHelp, kindTitle } from '../words'
import { KindMark } from './KindMark'

/** What can be connected, each with a line and the way to it. */
export function Kinds({ kinds }: { kinds: readonly Kind[] }) {
  const { i18n } = useLingui()
  return (
    <ul className="pt-items cn-kinds">
      {kinds.map((kind) => (
        <li key={kind.name}>
          <LinkTo href={`/connectors/new?kind=${kind.name}`} className="cn-kind">
            <KindMark kind={kind.name} />
            <strong>{kindTitle(i18n, kind.name, kind)}</strong>
            <span className="pt-soft">{kindHelp(i18n, kind)}</span>
          </LinkTo>
        </li>
      ))}
    </ul>
  )
}
