// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { Icon } from '@/ui/icons'
import { Page, Panel } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import { Loaded } from '@/ui/states'
import { PeopleTabs } from '../components/Tabs'
import { useRoles } from '../model'

/** Which role may do what: a table to read, since roles are part of the product and the same everywhere. */
export function RolesPage() {
  const { t, i18n } = useLingui()
  const query = useRoles()
  return (
    <Page title={t`People and roles`} note={t`What each role may do. A person has one role; an API token can be cut down further.`}>
      <PeopleTabs />
      <Loaded query={query} rows={16}>
        {({ data, permissions }) => (
          <Panel flush>
            <div className="pt-scroll" tabIndex={0} role="region" aria-label={t`Roles`}>
              <table className="pt-matrix">
                <thead>
                  <tr>
                    <th scope="col">{t`Permission`}</th>
                    {data.map((role) => (
                      <th key={role.name} scope="col" title={role.description}>
                        {roleName(i18n, role.name)}
                        <div className="pt-faint">{plural(role.accounts, { one: '# person', other: '# people' })}</div>
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {permissions.map((permission) => (
                    <tr key={permission.name}>
                      <th scope="row"><code className="pt-ltr">{permission.name}</code> <span className="pt-soft pt-ltr">{permission.description}</span></th>
                      {data.map((role) => (
                        <td key={role.name}>
                          {role.permissions.includes(permission.name)
                            ? <><Icon name="check" /><span className="pt-hidden">{t`yes`}</span></>
                            : <span className="pt-faint"><span aria-hidden="true">·</span><span className="pt-hidden">{t`no`}</span></span>}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Panel>
        )}
      </Loaded>
    </Page>
  )
}
