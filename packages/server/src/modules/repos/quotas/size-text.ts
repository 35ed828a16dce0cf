const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  B: 1n,
  KB: 10n ** 3n,
  MB: 10n ** 6n,
  GB: 10n ** 9n,
  TB: 10n ** 12n,
  PB: 10n ** 15n,
  KIB: 2n ** 10n,
  MIB: 2n ** 20n,
  GIB: 2n ** 30n,
  TIB: 2n ** 40n,
  PIB: 2n ** 50n,
}

/** Bytes of `500 GB`, `1.5 TB`, `64 MiB` or a plain number; GB is 10^9 bytes. Null when it is no size. */
export function readSize(text: string | number): bigint | null {
  const match = /^(\d{1,15})(?:\.(\d{1,6}))?\s*([a-z]{0,3})$/i.exec(String(text).trim())
  const unit = UNITS[(match?.[3] ?? '').toUpperCase()]
  if (!match || unit === undefined) return null
  const fraction = match[2] ?? ''
  return (BigInt(`${match[1]}${fraction}`) * unit) / 10n ** BigInt(fraction.length)
}

const SHOWN = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const

/** `12.5 GB`, for people. */
export function showSize(bytes: bigint): string {
  let value = Number(bytes)
  let unit = 0
  while (value >= 1000 && unit < SHOWN.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${SHOWN[unit]}`
}

/** The shortest text that `readSize` reads back as the same bytes. */
export function writeSize(bytes: bigint): string {
  for (const unit of ['PB', 'TB', 'GB', 'MB', 'KB'] as const) {
    const size = UNITS[unit] as bigint
    if (bytes > 0n && bytes % size === 0n) return `${bytes / size} ${unit}`
  }
  return bytes.toString()
}
