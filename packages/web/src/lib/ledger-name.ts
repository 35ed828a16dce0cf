import type { SessionView } from '@stoa/contracts'
import { t } from '../text/en.js'

const kinds: Readonly<Record<string, string>> = t.money.ledgerKinds
const shownDigits = 6

/** `2000:6b01…:USD` as people read it: what kind of account, and whose when it is theirs. */
export function ledgerName(id: string, session: SessionView): string {
  const [code = '', owner = ''] = id.split(':')
  const mine = [session.user, ...session.orgs].find((account) => account?.id === owner)
  const whose = mine?.name ?? (/^[0-9a-f]{24}$/.test(owner) ? `…${owner.slice(-shownDigits)}` : owner)
  return [kinds[code] ?? code, whose].filter(Boolean).join(' ')
}
