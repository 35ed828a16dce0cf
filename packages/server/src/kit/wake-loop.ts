interface WakeLoopOptions {
  /** One pass; true when there is more to do at once. */
  pass(): Promise<boolean>
  everyMs: number
  onError(error: unknown): void
}

/** Runs passes one after another: when woken, and every `everyMs` in case nobody woke it. */
export class WakeLoop {
  readonly #options: WakeLoopOptions
  #timer: NodeJS.Timeout | null = null
  #last: Promise<boolean> = Promise.resolve(false)
  #isWaiting = false

  constructor(options: WakeLoopOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.everyMs).unref()
    this.wake()
  }

  /** Waits for the pass that is running. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await this.#last.catch(() => false)
  }

  /** Asks for a pass after the one that is running; does nothing while stopped. */
  wake(): void {
    if (this.#timer === null || this.#isWaiting) return
    this.#isWaiting = true
    this.run().then((isMore) => isMore && this.wake(), this.#options.onError)
  }

  /** A pass after the one that is running, also while stopped. */
  run(): Promise<boolean> {
    this.#last = this.#last
      .catch(() => false)
      .then(() => {
        this.#isWaiting = false
        return this.#options.pass()
      })
    return this.#last
  }
}
