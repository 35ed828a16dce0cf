import { StoaError } from '@stoa/contracts'
import { type Command, type Terminal, UsageError } from './terminal.js'

/** Commands are loaded when asked for: `whoami` must not load a database. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.js')).serve,
  demo: async () => (await import('./commands/demo.js')).demo,
  apply: async () => (await import('./commands/apply.js')).apply,
  export: async () => (await import('./commands/export.js')).exportCommand,
  audit: async () => (await import('./commands/audit.js')).auditCommand,
  whoami: async () => (await import('./commands/whoami.js')).whoamiCommand,
  storage: async () => (await import('./commands/storage.js')).storage,
  'admin-link': async () => (await import('./commands/admin-link.js')).adminLink,
}

const HELP = `stoa: a self-hosted home for models, data and the people who build with them

  stoa serve                        start the platform here (settings: STOA_PORT, STOA_DATA_DIR, …)
  stoa demo [--exit]                start it on an empty folder and go through the main job
  stoa apply -f FILE [--dry-run]    apply a manifest to a running server (exit 2: a dry run found changes)
  stoa export --manifest            write what stands as a manifest
  stoa storage collect [--dry-run]  remove stored bytes that nothing names any more
  stoa audit export|verify|witness|key   copies of the audit chains, checked without a server (stoa audit)
  stoa whoami                       who the token belongs to
  stoa admin-link                   a one-time link to get in as admin; run it where the data is, with the server stopped

apply, export, storage, audit and whoami take --url and --token, else STOA_URL and STOA_TOKEN, else HF_ENDPOINT and HF_TOKEN.`

/** Runs one command line; its exit code. What a person can mend is one line on the error output. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args
  if (name === 'help' || name === '--help' || name === '-h') {
    terminal.out(HELP)
    return 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!load) {
    terminal.err(`stoa: there is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}.`)
    return 1
  }
  try {
    const command = await load()
    return await command(rest, terminal)
  } catch (error) {
    terminal.err(explain(name, error))
    return 1
  }
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
