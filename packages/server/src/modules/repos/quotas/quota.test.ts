import { describe, expect, it } from 'vitest'
import { demandFit, demandWithin, quotaOf } from './quota.js'
import { readSize, showSize, writeSize } from './size-text.js'

describe('sizes', () => {
  it.each([
    ['100 GB', 100n * 10n ** 9n],
    ['1.5 TB', 1_500n * 10n ** 9n],
    ['64 MiB', 64n * 2n ** 20n],
    ['12', 12n],
    [7, 7n],
    ['0.5KB', 500n],
    ['many', null],
    ['-1', null],
    ['1 XB', null],
    ['', null],
  ])('%s', (text, bytes) => expect(readSize(text)).toBe(bytes))
  it('are written so that they are read back', () => {
    for (const bytes of [0n, 1n, 999n, 1000n, 1500n, 10n ** 12n, 2n ** 40n])
      expect(readSize(writeSize(bytes))).toBe(bytes)
    expect(showSize(1_234_567n)).toBe('1.2 MB')
  })
})

describe('quotas', () => {
  const row = (subject: string, privateBytes: bigint | null, maxRepos: bigint | null = null) => ({
    subject,
    publicBytes: null,
    privateBytes,
    maxRepos,
  })
  const rows = [row('*', 10n, 5n), row('plan:pro', 100n), row('a1', -1n)]

  it('take what is said of the account, else of its plan, else of everybody', () => {
    expect(quotaOf(rows, { id: 'a2', plan: 'free' })).toEqual({ publicBytes: null, privateBytes: 10n, maxRepos: 5n })
    expect(quotaOf(rows, { id: 'a2', plan: 'pro' })).toMatchObject({ privateBytes: 100n, maxRepos: 5n })
    expect(quotaOf(rows, { id: 'a1', plan: 'pro' })).toMatchObject({ privateBytes: null, maxRepos: 5n })
    expect(quotaOf([], { id: 'a1', plan: 'pro' })).toEqual({ publicBytes: null, privateBytes: null, maxRepos: null })
  })

  it('refuse what does not fit, with figures, and let the rest be', () => {
    const quota = { publicBytes: null, privateBytes: 10n, maxRepos: 2n }
    const usage = { publicBytes: 0n, privateBytes: 8n, repos: 2n }
    const add =
      (visibility: 'public' | 'private' | 'internal', bytes: bigint, repos = 0) =>
      () =>
        demandFit('acme', quota, usage, { visibility, bytes, repos })
    expect(add('private', 2n)).not.toThrow()
    expect(add('public', 10n ** 15n)).not.toThrow()
    expect(add('internal', 3n)).toThrow(
      expect.objectContaining({
        code: 'QuotaExceeded',
        detail: { quota: 'privateStorage', limitBytes: 10, usedBytes: 8, neededBytes: 3 },
      }),
    )
    expect(add('public', 0n, 1)).toThrow(/acme has 2 of 2 repositories/)
    expect(() => demandWithin('acme', quota, usage, 'private')).not.toThrow()
    expect(() => demandWithin('acme', quota, { ...usage, privateBytes: 11n }, 'private')).toThrow(/full/)
    // A limit that was lowered below what is stored stops growing, not reading or shrinking.
    expect(() =>
      demandFit('acme', quota, { ...usage, privateBytes: 50n }, { visibility: 'private', bytes: 0n }),
    ).not.toThrow()
  })
})
