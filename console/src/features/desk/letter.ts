// SPDX-License-Identifier: Apache-2.0
// The HTML of a message, as the server has made it safe, made ready to be put into a frame.

/** Attributes of style wait under another name: a policy that forbids them in markup lets a script set them. */
export const LATER = 'data-look'

/** Within tags only; what the server writes has no `<` or `>` in a value. */
export function inert(html: string): string {
  return html.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle="/gi, ` ${LATER}="`))
}

/** Where the file of a `cid:` is; undefined: it did not come, or the ticket did not take it. */
export function fileOfCid(src: string, files: readonly { file: number; content_id: string | null }[]): number | undefined {
  if (!src.toLowerCase().startsWith('cid:')) return undefined
  const id = decoded(src.slice(4))
  return files.find((one) => one.content_id === id)?.file
}

function decoded(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
