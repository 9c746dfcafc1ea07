// SPDX-License-Identifier: Apache-2.0
// What leaves by itself, by kind and language, beside how it will be read.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useUrl } from '@/base/url'
import { filled, type Sample, templateOf, unknownIn, withTemplate } from '../draft'
import { KINDS, type Template } from '../model'
import { kinds } from '../words'

const LANGUAGES = ['', 'en', 'de', 'fr', 'es', 'it', 'nl', 'ar'] as const

function Preview({ of }: { of: Template }) {
  const { t } = useLingui()
  const sample: Sample = { key: 'INC-1042', title: t`Card payments time out`, text: t`We are on it. Cash works meanwhile.`, requester: t`Dana`, survey: 'https://desk.example/s/…' }
  return (
    <section className="mb-preview" aria-label={t`Preview`}>
      <div className="mb-preview-subject"><bdi>{filled(of.subject, sample)}</bdi></div>
      <div className="mb-preview-text"><bdi>{of.text === '' ? t`Empty: nothing is sent.` : filled(of.text, sample)}</bdi></div>
    </section>
  )
}

export function Templates({ templates, onChange }: { templates: readonly Template[]; onChange: (templates: Template[]) => void }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const kind = KINDS.find((one) => one === url.template) ?? 'acknowledged'
  const [language, setLanguage] = useState(() => templates.find((one) => one.kind === kind)?.language ?? '')
  const own = templateOf(templates, kind, language)
  const languages = new Intl.DisplayNames(i18n.locale, { type: 'language' })
  const data = [...new Set([...LANGUAGES, ...templates.map((one) => one.language ?? '')])].map((value) => ({ value, label: `${value === '' ? t`Any language` : (languages.of(value) ?? value)}${templateOf(templates, kind, value) ? ' •' : ''}` }))
  const set = (change: Partial<{ subject: string; text: string }>) => own && onChange(withTemplate(templates, kind, language, { subject: own.subject, text: own.text, ...change }))
  const unknown = own === undefined ? [] : [...unknownIn(own.subject), ...unknownIn(own.text)].map((one) => `{{${one}}}`).join(', ')
  return (
    <>
      <div className="pt-toolbar">
        <SegmentedControl aria-label={t`Kind`} className="mb-show" value={kind} data={KINDS.map((value) => ({ value, label: i18n._(kinds[value].name) }))} onChange={(value) => setUrl({ template: value === 'acknowledged' ? null : value })} />
        <NativeSelect aria-label={t`Language`} value={language} data={data} onChange={(event) => setLanguage(event.currentTarget.value)} />
        {own !== undefined && <Button onClick={() => onChange(withTemplate(templates, kind, language, null))}><Trans>Back to the text that comes with Patron</Trans></Button>}
      </div>
      <p className="pt-soft">{i18n._(kinds[kind].when)} <Trans>What may be named:</Trans> <code className="pt-ltr">{'{{key}} {{title}} {{text}} {{requester}} {{survey}}'}</code></p>
      {own === undefined ? (
        <p><Trans>The text that comes with Patron is sent.</Trans> <Button size="compact-sm" onClick={() => onChange(withTemplate(templates, kind, language, { subject: '{{title}}', text: '{{text}}' }))}><Trans>Write one of your own</Trans></Button></p>
      ) : (
        <div className="mb-templates">
          <div className="pt-stack">
            <TextInput label={t`Subject`} maxLength={200} value={own.subject} onChange={(event) => set({ subject: event.currentTarget.value })} />
            <Textarea label={t`Text`} autosize minRows={6} maxRows={20} maxLength={10000} value={own.text} onChange={(event) => set({ text: event.currentTarget.value })} />
            {unknown !== '' && unknown.length > 0 && <p role="alert" className="pt-text-warn"><Trans>Not known, and so sent as it stands: <code className="pt-ltr">{unknown}</code></Trans></p>}
          </div>
          <Preview of={own} />
        </div>
      )}
    </>
  )
}
