const MAX = 42

/** Names to try for a new account, best first: what the provider calls the person, then the address, then with numbers. */
export function nameCandidates(described: { readonly name: string | null; readonly email: string | null }): string[] {
  const wishes = [described.name?.split('@')[0], described.email?.split('@')[0]]
  const stems = wishes.map((wish) => toName(wish ?? '')).filter((stem) => stem !== '')
  const bases = [...new Set(stems.length > 0 ? stems : ['member'])]
  return bases.flatMap((base) => (isUsable(base) ? [base] : [])).concat(numbered(bases[0] ?? 'member'))
}

const isUsable = (name: string): boolean => name.length >= 2 && !/^\d+$/.test(name) && !/^[0-9a-f]{24}$/i.test(name)

function numbered(base: string): string[] {
  const stem = /^\d+$/.test(base) ? `user-${base}` : base
  return Array.from({ length: 98 }, (_, index) => {
    const tail = `-${index + 2}`
    return stem.slice(0, MAX - tail.length).replace(/-+$/, '') + tail
  })
}

/** `Ada.Lovelace` → `ada-lovelace`, `Jörg` → `jorg`; empty when nothing is left. */
function toName(wish: string): string {
  return wish
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX)
    .replace(/^-+|-+$/g, '')
}
