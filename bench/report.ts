import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** One measured figure; `rival` is what ours is compared with in the same run. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly rival?: { readonly name: string; readonly value: number }
}

/** The middle one of an odd or even number of values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** Prints figures with their ratios and keeps them as JSON in bench-results/. */
export function report(suite: string, figures: readonly Figure[], notes: readonly string[] = []): void {
  console.log(`\n${suite}`)
  for (const { name, unit, ours, rival } of figures) {
    const beside = rival ? `   ${rival.name} ${round(rival.value)} ${unit}   ratio ${round(ours / rival.value)}` : ''
    console.log(`  ${name.padEnd(44)} ${round(ours)} ${unit}${beside}`)
  }
  for (const note of notes) console.log(`  note: ${note}`)
  const folder = join(ROOT, 'bench-results')
  mkdirSync(folder, { recursive: true })
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem(), node: process.version }
  const text = JSON.stringify({ suite, at: new Date().toISOString(), machine, figures, notes }, null, 2)
  writeFileSync(join(folder, `${suite.replace(/\W+/g, '-')}.json`), `${text}\n`)
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
