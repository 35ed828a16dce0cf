import { stringify } from 'yaml'
import type { Db } from '../kit/db/database.js'
import type { ManifestNoun } from '../kit/manifest/noun.js'

const HEADER = '# Exported by Stoa. Passwords, token values and keys are not in here.\n'

/** What stands, as one YAML document that applies to an empty server without a difference. */
export async function exportManifest(db: Db, nouns: readonly ManifestNoun[], isLenient: boolean): Promise<string> {
  const document: Record<string, unknown> = isLenient ? { lenient: true } : {}
  for (const noun of nouns) {
    const items = await noun.export(db)
    if (items.length > 0) document[noun.key] = items.map(withoutMissing)
  }
  const isEmpty = Object.keys(document).length === 0
  return HEADER + (isEmpty ? '{}\n' : stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
}

/** YAML has no undefined, and a null would be a value. */
function withoutMissing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMissing)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null)
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutMissing(inner)]))
}
