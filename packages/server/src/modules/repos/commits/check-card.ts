import { refuse, type RepoType } from '@stoa/contracts'
import { parseFrontMatter } from '@stoa/formats'

/** Refuses a README whose metadata block cannot be read, naming the line; one without a block is let through. Throws `InvalidCard`. */
export function checkCard(_type: RepoType, content: Uint8Array): void {
  const [problem] = parseFrontMatter(Buffer.from(content).toString('utf8')).errors
  if (!problem) return
  const place = problem.line === undefined ? '' : ` (line ${problem.line}, column ${problem.column ?? 1})`
  throw refuse('InvalidCard', `Invalid metadata in README.md: ${problem.message}${place}`)
}
