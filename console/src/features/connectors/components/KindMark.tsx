// SPDX-License-Identifier: Apache-2.0

const MARKS: Record<string, string> = { shopify: 'Sh', woocommerce: 'Wo', square: 'Sq', lightspeed: 'Ls', adobe: 'Ad', webhook: '{}' }

/** Two letters for the eye: the kind's name always stands beside it. */
export function KindMark({ kind }: { kind: string }) {
  return <span className="cn-mark pt-ltr" aria-hidden="true">{MARKS[kind] ?? '·'}</span>
}
