import { describe, expect, it } from 'vitest'
import { createUrlSigner, type SignedQuery } from './signed-url.js'

const signer = createUrlSigner(Buffer.alloc(32, 7))
const NOW = new Date('2026-11-21T12:00:00Z')
const grant = {
  method: 'PUT' as const,
  path: '/lfs/objects/aa',
  repoId: 'r1',
  sizeBytes: 5,
  holder: { userId: 'u1', credential: 't1' },
  expiresAt: NOW.getTime() / 1000 + 60,
}
const queryOf = (url: string): SignedQuery =>
  Object.fromEntries(new URL(url, 'http://x').searchParams) as unknown as SignedQuery

describe('signed addresses', () => {
  const query = queryOf(signer.sign(grant))

  it('open what they were made for', () => {
    expect(signer.verify('PUT', grant.path, query, NOW)).toEqual(grant)
  })

  it.each([
    ['another method', () => signer.verify('GET', grant.path, query, NOW)],
    ['another object', () => signer.verify('PUT', '/lfs/objects/ab', query, NOW)],
    ['another repository', () => signer.verify('PUT', grant.path, { ...query, repo: 'r2' }, NOW)],
    ['another size', () => signer.verify('PUT', grant.path, { ...query, size: '6' }, NOW)],
    ['another account', () => signer.verify('PUT', grant.path, { ...query, by: 'u2' }, NOW)],
    ['another credential', () => signer.verify('PUT', grant.path, { ...query, cred: 't2' }, NOW)],
    ['nobody', () => signer.verify('PUT', grant.path, { ...query, by: undefined, cred: undefined }, NOW)],
    ['more time', () => signer.verify('PUT', grant.path, { ...query, exp: '9999999999' }, NOW)],
    ['no signature', () => signer.verify('PUT', grant.path, { ...query, sig: '' }, NOW)],
    ['too late', () => signer.verify('PUT', grant.path, query, new Date(NOW.getTime() + 61_000))],
    ['another instance', () => createUrlSigner(Buffer.alloc(32, 8)).verify('PUT', grant.path, query, NOW)],
  ])('refuse %s', (_what, attempt) => expect(attempt).toThrow(expect.objectContaining({ code: 'InvalidSignature' })))
})
