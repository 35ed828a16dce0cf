import { StoaError } from '@stoa/contracts'
import { COMMAND_HELP, HELP } from './help.js'
import { type Command, type Terminal, UsageError } from './terminal.js'

/** Commands are loaded when asked for: `whoami` must not load a database. */
const COMMANDS: Readonly<Record<keyof typeof COMMAND_HELP, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.js')).serve,
  demo: async () => (await import('./commands/demo.js')).demo,
  apply: async () => (await import('./commands/apply.js')).apply,
  export: async () => (await import('./commands/export.js')).exportCommand,
  audit: async () => (await import('./commands/audit.js')).auditCommand,
  whoami: async () => (await import('./commands/whoami.js')).whoamiCommand,
  storage: async () => (await import('./commands/storage.js')).storage,
  'admin-link': async () => (await import('./commands/admin-link.js')).adminLink,
}

/** Runs one command line; its exit code. What a person can mend is one line on the error output. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args
  if (name === 'help' || name === '--help' || name === '-h') {
    terminal.out(HELP)
    return 0
  }
  if (!isCommand(name)) {
    terminal.err(`stoa: there is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}.`)
    return 1
  }
  if (rest.some((word) => word === '--help' || word === '-h')) {
    terminal.out(COMMAND_HELP[name])
    return 0
  }
  try {
    const command = await COMMANDS[name]()
    return await command(rest, terminal)
  } catch (error) {
    terminal.err(explain(name, error))
    return 1
  }
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name)
}

function explain(name: string, error: unknown): string {
  if (error instanceof UsageError || error instanceof StoaError) return error.message
  const code = String((error as { code?: unknown }).code ?? '')
  if (code.startsWith('ERR_PARSE_ARGS')) return `stoa ${name}: ${(error as Error).message.split('\n')[0]}`
  const { stderr } = error as { stderr?: unknown }
  const words = typeof stderr === 'string' && stderr.trim() !== '' ? stderr.trim().split('\n').at(-1) : undefined
  const text = words ?? (error instanceof Error ? error.message.split('\n')[0] : String(error)) ?? ''
  return `stoa ${name} failed: ${text.replace(CREDENTIALS, '//…@')}`
}

/** User and password inside an address, as git is given them. */
const CREDENTIALS = /\/\/[^/@\s]+@/g
