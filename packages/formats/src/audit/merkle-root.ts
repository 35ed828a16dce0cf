import { createHash } from 'node:crypto'

const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)

/** Root over leaves in their order, with the leaf and node prefixes of RFC 6962; 32 bytes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest()
  let level: Buffer[] = leaves.map((leaf) => createHash('sha256').update(LEAF).update(leaf).digest())
  // Pairs from the left, an odd last one moves up: the same tree as splitting at the largest power of two.
  while (level.length > 1) {
    const next: Buffer[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as Buffer, level[at + 1]]
      next.push(right === undefined ? left : createHash('sha256').update(NODE).update(left).update(right).digest())
    }
    level = next
  }
  return level[0] as Buffer
}
