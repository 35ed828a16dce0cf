import { refuse } from '@stoa/contracts'

/** How much may be under way at once, in units of the caller's choice (bytes, jobs). */
export interface TurnLimits {
  readonly units: number
  /** Units one key (an account) may hold, so that the others get their turn. */
  readonly unitsPerKey: number
  /** How many may stand in line. */
  readonly waiting: number
}

interface Waiting {
  readonly key: string
  readonly units: number
  readonly start: () => void
}

/** Bounds what runs at once: work whose units are not free waits in line, first come first served among the keys that may go. */
export class Turns {
  private readonly limits: TurnLimits
  private readonly held = new Map<string, number>()
  private heldUnits = 0
  private line: Waiting[] = []

  constructor(limits: TurnLimits) {
    this.limits = limits
  }

  /** Runs `work` when its turn comes. Throws `Unavailable` when the line is full, and whatever `work` throws. */
  async take<T>(key: string, units: number, work: () => Promise<T>): Promise<T> {
    const wanted = Math.min(units, this.limits.unitsPerKey)
    if (!this.isFree(key, wanted)) {
      if (this.line.length >= this.limits.waiting)
        throw refuse('Unavailable', 'Too many uploads are under way. Try again shortly.')
      await new Promise<void>((start) => this.line.push({ key, units: wanted, start }))
    } else this.hold(key, wanted)
    try {
      return await work()
    } finally {
      this.hold(key, -wanted)
      this.startNext()
    }
  }

  private isFree(key: string, units: number): boolean {
    return this.heldUnits + units <= this.limits.units && (this.held.get(key) ?? 0) + units <= this.limits.unitsPerKey
  }

  private hold(key: string, units: number): void {
    this.heldUnits += units
    const left = (this.held.get(key) ?? 0) + units
    if (left === 0) this.held.delete(key)
    else this.held.set(key, left)
  }

  private startNext(): void {
    this.line = this.line.filter((next) => {
      if (!this.isFree(next.key, next.units)) return true
      this.hold(next.key, next.units)
      next.start()
      return false
    })
  }
}
