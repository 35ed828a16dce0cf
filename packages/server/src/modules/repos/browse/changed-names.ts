const NUL = 0
const OID_BYTES = 20
const BLOCK_BYTES = 16 * 1024
/** First character of the mode of a folder; git orders a folder as if its name ended in a slash. */
const FOLDER_MODE = 0x34
const SLASH = 0x2f

/**
 * Names of entries of a tree object that another one lacks or has otherwise. Both are read as git stores them (`mode name
 * NUL id`, in git's order): stretches that are the same are passed over without a look at their entries' contents.
 */
export function changedNames(ours: Buffer, theirs: Buffer): string[] {
  const names: string[] = []
  let [a, b] = [0, 0]
  while (a < ours.length) {
    const same = commonBytes(ours, a, theirs, b)
    let end = endOf(ours, a)
    const start = a
    while (end - start <= same && a < ours.length) {
      a = end
      end = endOf(ours, a)
    }
    b += a - start
    if (a >= ours.length) break
    if (b >= theirs.length) {
      names.push(nameOf(ours, a, end))
      a = end
      continue
    }
    const other = endOf(theirs, b)
    const order = compareNames(ours, a, end, theirs, b, other)
    if (order <= 0) {
      names.push(nameOf(ours, a, end))
      a = end
    }
    if (order >= 0) b = other
  }
  return names
}

function commonBytes(ours: Buffer, a: number, theirs: Buffer, b: number): number {
  const most = Math.min(ours.length - a, theirs.length - b)
  let same = 0
  while (same + BLOCK_BYTES <= most) {
    if (ours.compare(theirs, b + same, b + same + BLOCK_BYTES, a + same, a + same + BLOCK_BYTES) !== 0) break
    same += BLOCK_BYTES
  }
  while (same < most && ours[a + same] === theirs[b + same]) same++
  return same
}

const endOf = (tree: Buffer, at: number): number => {
  const nul = tree.indexOf(NUL, at)
  return nul < 0 ? tree.length : Math.min(nul + 1 + OID_BYTES, tree.length)
}

const nameStart = (tree: Buffer, at: number): number => tree.indexOf(0x20, at) + 1
const nameEnd = (end: number): number => end - OID_BYTES - 1
const nameOf = (tree: Buffer, at: number, end: number): string =>
  tree.toString('utf8', nameStart(tree, at), nameEnd(end))

/** The order of git: by bytes, a folder's name continued by a slash. The same name is the same entry, whatever its mode. */
function compareNames(ours: Buffer, a: number, aEnd: number, theirs: Buffer, b: number, bEnd: number): number {
  const [from, to] = [nameStart(ours, a), nameEnd(aEnd)]
  const [otherFrom, otherTo] = [nameStart(theirs, b), nameEnd(bEnd)]
  const most = Math.min(to - from, otherTo - otherFrom)
  const order = ours.compare(theirs, otherFrom, otherFrom + most, from, from + most)
  if (order !== 0) return order
  if (to - from === otherTo - otherFrom) return 0
  const next = to - from > most ? ours[from + most] : ours[a] === FOLDER_MODE ? SLASH : NUL
  const otherNext = otherTo - otherFrom > most ? theirs[otherFrom + most] : theirs[b] === FOLDER_MODE ? SLASH : NUL
  return (next ?? 0) - (otherNext ?? 0) || to - from - (otherTo - otherFrom)
}
