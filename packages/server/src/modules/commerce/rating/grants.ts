/** Feature credit (not money): which grant is burnt first, and how many a subscription has received. */

export interface Grant {
  readonly id: string
  readonly amount: bigint
  /** Lower numbers are burnt first. */
  readonly priority: number
  readonly effectiveAt: Date
  readonly expiresAt: Date | null
  readonly createdAt: Date
}

/** Takes `ask` from the grants alive at `at`: lower priority number, then earlier expiry, then earlier creation. */
export function burnGrants(
  grants: readonly Grant[],
  ask: bigint,
  at: Date,
): { drawn: Map<string, bigint>; missing: bigint } {
  const alive = grants.filter((grant) => grant.effectiveAt <= at && (grant.expiresAt === null || grant.expiresAt > at))
  alive.sort(
    (a, b) => a.priority - b.priority || expiryMs(a) - expiryMs(b) || a.createdAt.getTime() - b.createdAt.getTime(),
  )
  const drawn = new Map<string, bigint>()
  let missing = ask
  for (const grant of alive) {
    const part = missing < grant.amount ? missing : grant.amount
    if (part > 0n) drawn.set(grant.id, part)
    missing -= part
  }
  return { drawn, missing }
}

/** Monthly grants due by `at`, the first one at the start: they are monthly even on an annual plan (W28). */
export function monthlyGrantsDue(start: Date, at: Date): number {
  if (at < start) return 0
  let months = 0
  while (addMonths(start, months) <= at) months += 1
  return months
}

/** The same day of month `months` later, or the last day of a shorter month. UTC. */
export function addMonths(start: Date, months: number): Date {
  const moved = new Date(start)
  moved.setUTCDate(1)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate()
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay))
  return moved
}

function expiryMs(grant: Grant): number {
  return grant.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER
}
