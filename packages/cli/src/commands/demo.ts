import { parseArgs } from 'node:util'
import { runDemo } from '../demo/run-demo.js'
import type { Command } from '../terminal.js'

/** `stoa demo [--exit]`: the main job, end to end, on a folder of its own. */
export const demo: Command = async (args, terminal) => {
  const { values } = parseArgs({ args: [...args], options: { exit: { type: 'boolean' } } })
  return runDemo({ ...terminal.environment }, values.exit ?? false)
}
