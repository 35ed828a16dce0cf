const WIDTH = 60

/** Prints what happens as it happens: one line per step with its time, facts indented below. */
export interface Steps {
  run<T>(title: string, work: (say: (fact: string) => void) => Promise<T>): Promise<T>
}

export function createSteps(write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`)): Steps {
  let number = 0
  return {
    run: async (title, work) => {
      number += 1
      const facts: string[] = []
      const startedAt = performance.now()
      const result = await work((fact) => void facts.push(fact)).catch((error: unknown) => {
        write(`${String(number).padStart(2)}  ${title}: failed`)
        throw error
      })
      const ms = Math.round(performance.now() - startedAt)
      write(`${String(number).padStart(2)}  ${title.padEnd(WIDTH)} ${String(ms).padStart(6)} ms`)
      for (const fact of facts) write(`      ${fact}`)
      return result
    },
  }
}

/** `$1.234560` from micros: every digit, because the demo is about exactness. */
export function dollars(micros: bigint): string {
  const sign = micros < 0n ? '-' : ''
  const whole = micros < 0n ? -micros : micros
  return `${sign}$${whole / 1_000_000n}.${String(whole % 1_000_000n).padStart(6, '0')}`
}
