import { describe, expect, it } from 'vitest'
import { attack } from './attack.js'
import { corpusFolder, readCorpus } from './corpus.js'
import { SEEDS } from './seeds.js'
import { TARGETS } from './targets.js'

const ROUNDS = 300

describe('every parser, on its corpus and 300 damaged copies', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '[M1] %s only ever refuses',
    async (_name, target) => {
      const report = await attack(target, { seed: 1, rounds: ROUNDS, endsAtMs: Number.POSITIVE_INFINITY, saves: false })
      expect(report.findings).toEqual([])
      expect(report.inputs).toBeGreaterThan(ROUNDS)
    },
  )

  it('keeps the seeds that its script writes', () => {
    for (const target of TARGETS) {
      const saved = new Map(readCorpus(target).map((one) => [one.name, one.bytes]))
      for (const [name, bytes] of Object.entries(SEEDS[target.name] ?? {})) {
        expect(saved.get(`seed-${name}`)?.equals(bytes), `${corpusFolder(target)}/seed-${name}`).toBe(true)
      }
    }
  })
})
