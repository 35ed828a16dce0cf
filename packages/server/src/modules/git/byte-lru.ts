/** A bounded map that forgets what was not used for longest. */
export class ByteLru<V> {
  private readonly entries = new Map<string, { value: V; cost: number }>()
  private readonly maxCost: number
  private cost = 0

  /** `maxCost` bounds the sum of the costs given to `set`. */
  constructor(maxCost: number) {
    this.maxCost = maxCost
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: V, cost: number): void {
    this.delete(key)
    if (cost > this.maxCost) return
    this.entries.set(key, { value, cost })
    this.cost += cost
    for (const oldest of this.entries.keys()) {
      if (this.cost <= this.maxCost) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.entries.delete(key)
    this.cost -= entry.cost
  }
}
