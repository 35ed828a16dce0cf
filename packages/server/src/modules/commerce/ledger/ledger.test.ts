import { StoaError } from '@stoa/contracts'
import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../kit/db/database.js'
import { openTestDatabases } from '../testdata/open-databases.js'
import { applyGroup } from './apply-group.js'
import { ledgerAccount, type LedgerAccountSpec } from './chart.js'
import { findLedgerAccount, findUnbalancedAccounts } from './queries.js'
import { availableMicros, type Transfer, transferId } from './transfer.js'

const at = new Date('2026-11-21T10:00:00Z')
let groups = 0

const posted = (id: string, debit: LedgerAccountSpec, credit: LedgerAccountSpec, amountMicros: bigint): Transfer => ({
  id,
  kind: 'posted',
  debitId: debit.id,
  creditId: credit.id,
  amountMicros,
  pendingId: null,
  code: 'test',
  ref: '',
})
const pending = (id: string, debit: LedgerAccountSpec, credit: LedgerAccountSpec, amountMicros: bigint): Transfer => ({
  ...posted(id, debit, credit, amountMicros),
  kind: 'pending',
})
const resolve = (id: string, kind: 'post' | 'void', of: Transfer, amountMicros = of.amountMicros): Transfer => ({
  ...of,
  id,
  kind,
  amountMicros,
  pendingId: of.id,
})

for (const open of openTestDatabases()) {
  describe(`ledger on ${open.name}`, () => {
    let database: Database
    const cash = ledgerAccount('cash', 'test', 'USD')
    const revenue = ledgerAccount('revenue', 'api_usage', 'USD')
    const accounts = [cash, revenue]
    beforeAll(async () => {
      database = await open.database()
    })
    afterAll(() => database.close())

    const apply = (transfers: readonly Transfer[], more: readonly LedgerAccountSpec[] = []) =>
      database.write((tx) => applyGroup(tx, { id: `g${groups++}`, at, accounts: [...accounts, ...more], transfers }))
    const walletWith = async (owner: string, amount: bigint): Promise<LedgerAccountSpec> => {
      const wallet = ledgerAccount('wallet', owner, 'USD')
      await apply([posted(`fund ${owner}`, cash, wallet, amount)], [wallet])
      return wallet
    }
    const balance = async (account: LedgerAccountSpec) => {
      const row = await findLedgerAccount(database.db, account.id)
      if (!row) throw new Error('missing')
      return row
    }
    const reason = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.then(
        () => null,
        (caught: unknown) => caught,
      )
      return error instanceof StoaError ? `${error.code} ${String(error.detail['reason'] ?? '')}`.trim() : String(error)
    }

    it('[R3] W16 on the ledger: a wallet reserves, posts a part, and the rest returns', async () => {
      const wallet = await walletWith('w16', 1_000_000n)
      const hold = pending('w16 hold', wallet, revenue, 45_960n)
      await apply([hold])
      expect(availableMicros(await balance(wallet))).toBe(954_040n)
      await apply([resolve('w16 post', 'post', hold, 13_120n)])
      expect(availableMicros(await balance(wallet))).toBe(986_880n)
    })

    it('L1 the same transfer twice is one; the same id with other content is refused', async () => {
      const wallet = await walletWith('l1', 100n)
      const transfer = posted('l1', wallet, revenue, 40n)
      expect([await apply([transfer]), await apply([transfer])]).toEqual(['applied', 'replayed'])
      expect(await reason(apply([{ ...transfer, amountMicros: 41n }]))).toBe('TransferConflict')
      expect(availableMicros(await balance(wallet))).toBe(60n)
    })

    it('L2 I4 a pending transfer resolves once, for no more than it holds', async () => {
      const wallet = await walletWith('l2', 100n)
      const hold = pending('l2 hold', wallet, revenue, 50n)
      await apply([hold])
      expect(await reason(apply([resolve('l2 a', 'post', hold, 51n)]))).toBe('TransferRefused more than is pending')
      expect(await reason(apply([resolve('l2 b', 'void', hold, 49n)]))).toContain('whole amount')
      await apply([resolve('l2 c', 'void', hold)])
      expect(await reason(apply([resolve('l2 d', 'post', hold)]))).toContain('unknown or resolved')
      expect(availableMicros(await balance(wallet))).toBe(100n)
    })

    it('L3 what is pending counts against the limit at once', async () => {
      const wallet = await walletWith('l3', 100n)
      await apply([pending('l3 hold', wallet, revenue, 70n)])
      expect(await reason(apply([posted('l3 more', wallet, revenue, 31n)]))).toBe('TransferRefused exceeds the credit')
      await apply([posted('l3 rest', wallet, revenue, 30n)])
    })

    it('L4 a group applies wholly or not at all', async () => {
      const wallet = await walletWith('l4', 100n)
      const group = [posted('l4 a', wallet, revenue, 60n), posted('l4 b', wallet, revenue, 60n)]
      expect(await reason(apply(group))).toContain('exceeds the credit')
      expect(availableMicros(await balance(wallet))).toBe(100n)
    })

    it('L7 rows cannot be changed or removed, not even by hand', async () => {
      await walletWith('l7', 100n)
      const attempts = [
        `update commerce.ledger_transfers set amount_micros = 1 where id = 'fund l7'`,
        `delete from commerce.ledger_transfers where id = 'fund l7'`,
        'truncate commerce.ledger_transfers cascade',
        `delete from commerce.ledger_accounts where owner = 'l7'`,
        `update commerce.ledger_accounts set credits_posted_micros = 99 where owner = 'l7'`,
        `update commerce.ledger_accounts set currency = 'EUR' where owner = 'l7'`,
      ]
      for (const attempt of attempts) {
        await expect(database.db.executeQuery(CompiledQuery.raw(attempt))).rejects.toThrow()
      }
      const overdraw = `update commerce.ledger_accounts set debits_posted_micros = 101 where owner = 'l7'`
      await expect(database.db.executeQuery(CompiledQuery.raw(overdraw))).rejects.toThrow()
    })

    it('I17 currencies never mix, a transfer has two sides, and unknown accounts take part in nothing', async () => {
      const euros = ledgerAccount('wallet', 'i17', 'EUR')
      expect(await reason(apply([posted('i17', cash, euros, 1n)], [euros]))).toContain('one currency')
      expect(await reason(apply([posted('i17 b', cash, cash, 1n)]))).toContain('one account')
      expect(await reason(apply([posted('i17 c', cash, revenue, 0n)]))).toContain('positive')
      const nobody = ledgerAccount('wallet', 'nobody', 'USD')
      expect(await reason(apply([posted('i17 d', cash, nobody, 1n)]))).toContain('no ledger account')
    })

    it('W26 expired prepaid credit becomes breakage and nothing else moves', async () => {
      const wallet = await walletWith('w26', 50_000_000n)
      const breakage = ledgerAccount('breakage', 'prepaid', 'USD')
      await apply([posted('w26 used', wallet, revenue, 37_660_000n)])
      const unused = availableMicros(await balance(wallet))
      const before = await balance(revenue)
      await apply([posted(transferId('wallet.expire', wallet.id), wallet, breakage, unused)], [breakage])
      expect([unused, (await balance(breakage)).creditsPosted, availableMicros(await balance(wallet))]).toEqual([
        12_340_000n,
        12_340_000n,
        0n,
      ])
      expect(await balance(revenue)).toEqual(before)
    })

    it('I1 I2 I3 holds for random operations, retried, in concurrent transactions', async () => {
      const wallets = await Promise.all(['r0', 'r1', 'r2'].map((owner) => walletWith(owner, 10_000n)))
      let seed = 41
      const next = (below: number): number => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
        return seed % below
      }
      const holds: Transfer[] = []
      const operations = Array.from({ length: 60 }, (_, index): Transfer[] => {
        const wallet = wallets[next(3)] ?? revenue
        const other = wallets[next(3)] ?? revenue
        const amount = BigInt(1 + next(900))
        const choice = next(4)
        const hold = holds[next(Math.max(1, holds.length))]
        if (choice === 0 || (choice > 1 && !hold)) return [posted(`r ${index}`, wallet, revenue, amount)]
        if (choice === 1) {
          const made = pending(`r ${index}`, wallet, revenue, amount)
          holds.push(made)
          return wallet === other ? [made] : [made, posted(`r ${index} b`, wallet, other, amount)]
        }
        return hold ? [resolve(`r ${index}`, choice === 2 ? 'void' : 'post', hold)] : []
      })
      const run = (transfers: Transfer[]): Promise<unknown> => apply(transfers).catch((error: unknown) => error)
      const first = await Promise.all(operations.map(run))
      const settled = await Promise.all(wallets.map(balance))
      // Replaying what was applied, in any order, changes nothing.
      const applied = operations.filter((_, index) => first[index] === 'applied')
      expect(applied.length).toBeGreaterThan(10)
      expect(await Promise.all(applied.toReversed().map(run))).toEqual(applied.map(() => 'replayed'))
      expect(await Promise.all(wallets.map(balance))).toEqual(settled)
      for (const wallet of settled) expect(availableMicros(wallet)).toBeGreaterThanOrEqual(0n)
      expect(await findUnbalancedAccounts(database.db)).toEqual([])
    })

    it('I2 concurrent draws never take more than there is', async () => {
      const wallet = await walletWith('i2', 1000n)
      const draws = Array.from({ length: 30 }, (_, index) => apply([posted(`i2 ${index}`, wallet, revenue, 90n)]))
      const results = await Promise.allSettled(draws)
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(11)
      expect(availableMicros(await balance(wallet))).toBe(10n)
    })
  })
}
