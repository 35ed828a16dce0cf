/** One thing of this server that is on or off, as its operator reads it. */
export interface Switch {
  /** The pages have its words: `mail`, `signUp`. */
  readonly key: string
  readonly isOn: boolean
  /** What it is set to, in a word or a number: an address, a count. */
  readonly value: string | null
  /** The environment variable that changes it. */
  readonly setting: string | null
  /** The page that changes it. */
  readonly page: string | null
  /** Hosts outside of this machine that it talks to. */
  readonly outside: readonly string[]
}

/** A switch that is off, changed nowhere and talks to nobody, unless said otherwise. */
export const switchOf = (key: string, facts: Partial<Omit<Switch, 'key'>> = {}): Switch => ({
  key,
  isOn: false,
  value: null,
  setting: null,
  page: null,
  outside: [],
  ...facts,
})

/** Counts what is switched on, with the hosts it talks to. */
export function switchOfMany(key: string, addresses: readonly (string | null)[], page: string | null = null): Switch {
  const outside = [...new Set(addresses.flatMap(outsideOf))]
  const value = addresses.length === 0 ? null : String(addresses.length)
  return switchOf(key, { isOn: addresses.length > 0, value, page, outside })
}

/** The host of an address when it is not this machine; for `outside`. */
export function outsideOf(address: string | null): readonly string[] {
  if (address === null || !URL.canParse(address)) return []
  const { hostname } = new URL(address)
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|)$/.test(hostname) ? [] : [hostname]
}
