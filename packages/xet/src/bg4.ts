/** Byte grouping by position modulo 4: lanes 0, 1, 2, 3 one after another (scheme 2 before LZ4). */
export function groupBytes(raw: Uint8Array): Uint8Array {
  const grouped = new Uint8Array(raw.length)
  let at = 0
  for (let lane = 0; lane < 4; lane += 1)
    for (let index = lane; index < raw.length; index += 4) grouped[at++] = raw[index] ?? 0
  return grouped
}

/** The inverse of `groupBytes`. */
export function ungroupBytes(grouped: Uint8Array): Uint8Array {
  const raw = new Uint8Array(grouped.length)
  let at = 0
  for (let lane = 0; lane < 4; lane += 1)
    for (let index = lane; index < raw.length; index += 4) raw[index] = grouped[at++] ?? 0
  return raw
}
