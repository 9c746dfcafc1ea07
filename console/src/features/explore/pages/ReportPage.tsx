// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useParam, useUrl } from '@/base/url'
import { Loaded, NotFound } from '@/ui/states'
import { decode } from '../address'
import { Explorer } from '../components/Explorer'
import { type Report, useReport } from '../model'

/** With what was changed of it since, where the address says so. */
function Opened({ report }: { report: Report }) {
  const [url] = useUrl()
  const [begin] = useState(() => decode(url.q) ?? report.query)
  return <Explorer begin={begin} report={report} />
}

export function ReportPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const query = useReport(id)
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such report`} />
  return <Loaded query={query} rows={10}>{(report) => <Opened key={report.id} report={report} />}</Loaded>
}
