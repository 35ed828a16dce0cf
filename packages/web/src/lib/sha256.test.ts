import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { hashFile, Sha256 } from './sha256.js'

it('agrees with the platform at every length around a block and in any pieces', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000]) {
    const data = randomBytes(length)
    const expected = createHash('sha256').update(data).digest('hex')
    expect(new Sha256().update(data).hex()).toBe(expected)
    const pieces = new Sha256()
    for (let at = 0; at < length; at += 7) pieces.update(data.subarray(at, at + 7))
    expect(pieces.hex()).toBe(expected)
  }
})

it('hashes a file and counts its bytes', async () => {
  const data = randomBytes(9_000_001)
  let seen = 0
  const hex = await hashFile(new Blob([data]), (bytes) => {
    seen += bytes
  })
  expect(hex).toBe(createHash('sha256').update(data).digest('hex'))
  expect(seen).toBe(data.length)
})
