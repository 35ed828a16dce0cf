/** A small seeded generator (mulberry32) for the tests that damage files: same seed, same damage. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A damaged copy: flipped and replaced bytes, a cut, a repeated or inserted run, interesting numbers. */
export function damage(bytes: Uint8Array, random: () => number): Uint8Array {
  let copy = Uint8Array.from(bytes)
  const pick = (below: number): number => Math.floor(random() * below)
  for (let times = 1 + pick(6); times > 0; times--) {
    const at = pick(Math.max(1, copy.length))
    const kind = pick(6)
    if (kind === 0) copy[at] = pick(256)
    else if (kind === 1) copy[at] = (copy[at] ?? 0) ^ (1 << pick(8))
    else if (kind === 2) copy = copy.slice(0, at)
    else if (kind === 3) copy.fill(pick(2) === 0 ? 0xff : 0, at, at + 1 + pick(8))
    else if (kind === 4)
      copy = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at, at + pick(64)), ...copy.subarray(at)])
    else copy = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(Math.min(copy.length, at + 1 + pick(16)))])
  }
  return copy
}

/** Processor time this process spends in `work`, in ms: a bound on it holds on a busy machine too. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
