// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { fileOfCid, inert } from './letter'

it('styles wait under another name, in tags and nowhere else', () => {
  expect(inert('<p style="color: red">a style="b"</p><IMG alt="x" STYLE="width: 1px">')).toBe('<p data-look="color: red">a style="b"</p><IMG alt="x" data-look="width: 1px">')
})

it('finds the file that an image names', () => {
  const files = [{ file: 4, content_id: null }, { file: 5, content_id: 'logo@shop' }]
  expect(fileOfCid('cid:logo%40shop', files)).toBe(5)
  expect(fileOfCid('CID:logo@shop', files)).toBe(5)
  expect(fileOfCid('cid:%zz', files)).toBeUndefined()
  expect(fileOfCid('data:image/png;base64,x', files)).toBeUndefined()
})
