// SPDX-License-Identifier: Apache-2.0
// The certificate of an erasure to be read here; what is signed is the file, byte by byte.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useFormat } from '@/base/format'
import { Code, Mono, Status } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { Facts, Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { type Certificate as Told, certificatePath, type PrivacyRequest, useCertificate, useKey } from '../model'
import { Remains } from './FigureTable'

function Signed({ id, told, publicKey }: { id: string; told: Told; publicKey: string }) {
  const { t } = useLingui()
  const format = useFormat()
  const key = useKey(true).data
  const own = key === publicKey
  const together = told.requests_in_the_same_pass - 1
  const others = format.integer(together)
  const records = format.integer(told.log_records)
  const hashes = format.integer(told.register.identifiers)
  return (
    <div className="pt-stack">
      <Facts
        rows={[
          [t`Format`, <Mono key="f">{told.format}</Mono>],
          [t`Written by`, <bdi key="s">{told.software}</bdi>],
          [t`Persons`, format.integer(told.persons)],
          [t`Register`, <span key="r">{t`${hashes} keyed hashes in the register`} <Mono>{told.register.id}</Mono></span>],
          [t`Read for it`, <span key="l">{t`${records} records of the log`}{together > 0 && <> · {t`in one pass with other requests (${others}), whose records and files these figures include`}</>}</span>],
          [t`Public key`, <span key="k" className="pt-row"><Mono copy>{publicKey}</Mono>{key !== undefined && <Status tone={own ? 'good' : 'warn'}>{own ? t`this server's key` : t`another key than this server's`}</Status>}</span>],
        ]}
      />
      <section>
        <h3>{t`What remains, and on what ground`}</h3>
        <Remains of={told.remains} />
      </section>
      <section className="pr-verify">
        <h3>{t`Check it without a server`}</h3>
        <p className="pt-soft"><Trans>Keep the file as it comes: the signature is of its text. Anybody with Patron can check it; the key is at <code className="pt-ltr">/api/v1/privacy/key</code>.</Trans></p>
        <Code label={t`Command`} text={`patron privacy verify ${fileOf(id)} --key ${key ?? publicKey}`} wrap />
      </section>
    </div>
  )
}

const fileOf = (id: string) => `certificate-${id}.json`

export function Certificate({ of }: { of: PrivacyRequest }) {
  const { t } = useLingui()
  const query = useCertificate(of.id, of.has_certificate)
  if (!of.has_certificate) return null
  return (
    <Panel
      title={t`Certificate`} label={t`Certificate`}
      actions={<Button component="a" href={certificatePath(of.id)} download={fileOf(of.id)} leftSection={<Icon name="download" />}><Trans>Download</Trans></Button>}
    >
      <Loaded query={query} rows={6}>{(told) => <Signed id={of.id} told={told.certificate as unknown as Told} publicKey={told.public_key} />}</Loaded>
    </Panel>
  )
}
