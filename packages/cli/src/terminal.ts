/** What a command may use of the process. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A line of result. */
  out(text: string): void
  /** A line of explanation. */
  err(text: string): void
}

/** A command: its exit code. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>

/** Something the person can mend; printed as one line, exit code 1. */
export class UsageError extends Error {}
