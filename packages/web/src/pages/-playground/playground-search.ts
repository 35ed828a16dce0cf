/** What of the playground stands in its address, so that a link opens the same. */
export interface PlaygroundSearch {
  model?: string
  system?: string
  prompt?: string
  temperature?: number
  max?: number
  client?: string
}

export const defaults = { temperature: 0.2, max: 128 } as const
const maxText = 4000

const bounded = (value: unknown, low: number, high: number): number | undefined => {
  const number = Number(value)
  return value !== undefined && Number.isFinite(number) ? Math.min(high, Math.max(low, number)) : undefined
}

/** Reads a foreign address: unknown keys fall away, numbers are brought into bounds. */
export function parsePlayground(search: Record<string, unknown>): PlaygroundSearch {
  const text = (key: string) =>
    typeof search[key] === 'string' && search[key] ? { [key]: search[key].slice(0, maxText) } : {}
  const temperature = bounded(search['temperature'], 0, 2)
  const max = bounded(search['max'], 1, 4096)
  return {
    ...text('model'),
    ...text('system'),
    ...text('prompt'),
    ...text('client'),
    ...(temperature === undefined ? {} : { temperature }),
    ...(max === undefined ? {} : { max: Math.round(max) }),
  }
}
