// SPDX-License-Identifier: Apache-2.0
import { api, ok } from '@/api/client'
import { queries } from '@/base/session'
import { ALL, type Attachment } from './model'

/** As the server takes them (openapi/paths/desk.yaml). */
export const FILE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'application/zip', 'application/json', 'text/plain', 'text/csv',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'] as const

/** `open`: the requester may see it. */
export async function upload(ticket: string, file: File, open: boolean): Promise<Attachment> {
  const type = FILE_TYPES.find((one) => one === file.type) ?? 'text/plain'
  const added = await ok(api.POST('/api/v1/tickets/{ticket}/attachments', {
    params: { path: { ticket }, query: { name: file.name.slice(0, 200), ...(open ? { public: true } : {}) } }, headers: { 'Content-Type': type }, body: file as never, bodySerializer: (body) => body as unknown as Blob,
  }))
  await queries.invalidateQueries({ queryKey: [ALL] })
  return added
}

export async function removeFile(ticket: string, attachment: number) {
  await ok(api.DELETE('/api/v1/tickets/{ticket}/attachments/{attachment}', { params: { path: { ticket, attachment: String(attachment) } } }))
  await queries.invalidateQueries({ queryKey: [ALL] })
}
