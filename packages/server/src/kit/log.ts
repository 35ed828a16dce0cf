/** One line of JSON per event on stderr; secrets are never passed in. */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void
  warn(message: string, facts?: Record<string, unknown>): void
  error(message: string, error: unknown, facts?: Record<string, unknown>): void
}

type Write = (line: string) => void

export function createLog(write: Write = (line) => void process.stderr.write(line)): Log {
  const line = (level: string, message: string, facts: Record<string, unknown> = {}): void =>
    write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...facts })}\n`)
  return {
    info: (message, facts) => line('info', message, facts),
    warn: (message, facts) => line('warn', message, facts),
    error: (message, error, facts) => line('error', message, { ...facts, ...describe(error) }),
  }
}

export const silentLog: Log = { info() {}, warn() {}, error() {} }

function describe(error: unknown): Record<string, unknown> {
  return error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) }
}
