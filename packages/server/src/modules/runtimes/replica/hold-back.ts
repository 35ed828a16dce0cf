/** Text that arrives in pieces, cut at the first stop sequence; what might begin one is held back until it is known. */
export class StopFilter {
  readonly #stops: readonly string[]
  #held = ''
  #isStopped = false

  constructor(stops: readonly string[]) {
    this.#stops = stops
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** The text that is now certain to be sent. */
  push(text: string): string {
    if (this.#isStopped) return ''
    if (this.#stops.length === 0) return text
    const all = this.#held + text
    const cut = this.#firstStop(all)
    if (cut >= 0) {
      this.#isStopped = true
      this.#held = ''
      return all.slice(0, cut)
    }
    const keep = this.#possibleStart(all)
    this.#held = all.slice(all.length - keep)
    return all.slice(0, all.length - keep)
  }

  /** What was held back although no stop sequence came. */
  flush(): string {
    const rest = this.#held
    this.#held = ''
    return rest
  }

  #firstStop(text: string): number {
    let first = -1
    for (const stop of this.#stops) {
      const at = text.indexOf(stop)
      if (at >= 0 && (first < 0 || at < first)) first = at
    }
    return first
  }

  #possibleStart(text: string): number {
    let keep = 0
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > keep; length--) {
        if (text.endsWith(stop.slice(0, length))) keep = length
      }
    }
    return keep
  }
}
