/** What the module's tests sell: made by the ordinary operations on a running server. */
import type { Kit } from '../../../kit/kit.js'
import { parseAmount } from '../money/amount.js'
import { createPlan } from '../products/save-plan.js'
import { changeListingState, createListing } from '../products/save-listing.js'
import { creditWallet } from '../wallets/credit-wallet.js'

/** A running test server, as far as these need it. */
interface Host {
  readonly running: { readonly kit: Kit }
}

export interface TestListing {
  readonly listingId: string
  readonly sellerId: string
  readonly resource: string
}

/** A published model with a token price. Default: W16's $2.50 and $10 a million. */
export async function sellModel(
  server: Host,
  seller: { id: string; name: string },
  options: { name?: string; input?: string; output?: string; feePpm?: number } = {},
): Promise<TestListing> {
  const { kit } = server.running
  const name = options.name ?? 'tiny'
  const resource = `repo:${seller.name}/${name}`
  const rates = { input: options.input ?? '2.50 / 1000000', output: options.output ?? '10 / 1000000' }
  const listing = await kit.write(async (tx) => {
    const terms = { currency: 'USD', interval: 'month', funding: 'prepaid', components: [{ kind: 'tokens', rates }] } as const
    await createPlan(kit, tx, { ownerId: seller.id, key: `plan-${name}`, terms })
    const draft = await createListing(kit, tx, {
      slug: `${seller.name}/${name}`,
      kind: 'model_access',
      seller,
      resource,
      planKey: `plan-${name}`,
      platformFeePpm: options.feePpm ?? 150_000,
    })
    return changeListingState(kit, tx, draft, 'published')
  })
  await kit.events.drained()
  return { listingId: listing.id, sellerId: seller.id, resource }
}

/** Pays into a wallet. */
export async function payIn(server: Host, accountId: string, amount: string, factId = amount): Promise<void> {
  const { kit } = server.running
  const credit = { accountId, currency: 'USD', amountMicros: parseAmount(amount), factId, reference: 'test' }
  await kit.write((tx) => creditWallet(kit, tx, credit))
}
