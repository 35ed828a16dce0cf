import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SEEDS } from './seeds.js'
import { type FuzzTarget, TARGETS } from './targets.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export function corpusFolder(target: FuzzTarget): string {
  return join(ROOT, 'packages', target.package, 'testdata', 'fuzz', target.name)
}

/** The saved inputs of a target, in order of their names: its seeds, and what once broke it. */
export function readCorpus(target: FuzzTarget): { readonly name: string; readonly bytes: Buffer }[] {
  const folder = corpusFolder(target)
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
}

/** Keeps an input that broke a target. */
export function saveInput(target: FuzzTarget, name: string, bytes: Uint8Array): string {
  const folder = corpusFolder(target)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Writes the seeds again: `node --conditions=source --import tsx scripts/fuzz/corpus.ts`. */
function writeSeeds(): void {
  for (const target of TARGETS) {
    for (const [name, bytes] of Object.entries(SEEDS[target.name] ?? {})) saveInput(target, `seed-${name}`, bytes)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeSeeds()
