/** Sizes an endpoint may have: what its replica may use at most. */
export const FLAVORS: Readonly<Record<string, { readonly threads: number; readonly memoryBytes: number }>> = {
  'cpu-small': { threads: 1, memoryBytes: 2e9 },
  'cpu-medium': { threads: 2, memoryBytes: 8e9 },
  'cpu-large': { threads: 4, memoryBytes: 32e9 },
}
