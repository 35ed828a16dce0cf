import { describe, expect, it } from 'vitest'
import { readPicture } from './read-picture.js'

const base64 = (text: string): Buffer => Buffer.from(text, 'base64')
/** One pixel each, as common programs write them. */
const PNG = base64('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')
const GIF = base64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7')
const WEBP = base64('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA')
const WEBP_LOSSLESS = base64('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==')
const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
  Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'),
  Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 40, 0, 30, 1, 1, 0x11, 0]),
])

describe('a picture', () => {
  it.each([
    ['png', PNG, 1, 1],
    ['gif', GIF, 1, 1],
    ['webp', WEBP, 1, 1],
    ['webp', Buffer.concat([WEBP_LOSSLESS, Buffer.alloc(4)]), 1, 1],
    ['jpeg', JPEG, 30, 40],
  ] as const)('%s is known by its first bytes', (type, bytes, width, height) => {
    expect(readPicture(bytes)).toEqual({ type, width, height })
  })

  it('is nothing that a browser runs, and nothing that is cut off', () => {
    for (const text of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<html>', 'GIF89a', 'BM', '', '%PDF-1.7'])
      expect(readPicture(Buffer.from(text))).toBeNull()
    for (const whole of [PNG, GIF, WEBP, JPEG])
      for (let size = 0; size < 13; size += 1) expect(readPicture(whole.subarray(0, size))).toBeNull()
    const flat = Buffer.from(GIF)
    flat.writeUInt16LE(0, 6)
    expect(readPicture(flat)).toBeNull()
  })

  it('is never looked through for long', () => {
    const endless = Buffer.alloc(4_000_000, 0xff)
    endless[1] = 0xd8
    expect(readPicture(endless)).toBeNull()
    const empty = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(100_000)])
    expect(readPicture(empty)).toBeNull()
  })
})
