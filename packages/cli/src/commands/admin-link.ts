import { parseArgs } from 'node:util'
import { createLog } from '@stoa/server'
import { startOrExplain } from '../start-or-explain.js'
import { type Command, UsageError } from '../terminal.js'

/** `stoa admin-link`: a way in for whoever holds the machine, when nobody is admin yet or the admin lost the password. */
export const adminLink: Command = async (args, terminal) => {
  parseArgs({ args: [...args], options: {} })
  const { environment } = terminal
  const host = environment['STOA_HOST'] ?? '127.0.0.1'
  const publicUrl = environment['STOA_PUBLIC_URL'] ?? `http://${host}:${environment['STOA_PORT'] ?? '3000'}`
  const running = await startOrExplain(
    {
      ...environment,
      STOA_HOST: '127.0.0.1',
      STOA_PORT: '0',
      STOA_PUBLIC_URL: publicUrl,
      STOA_BOOTSTRAP: undefined,
      STOA_ROLES: 'web',
    },
    { log: createLog(() => {}) },
  )
  try {
    const { accounts } = running.app
    const link = (await accounts.makeAdminLink()) ?? (await accounts.makeRecoveryLink())
    if (!link)
      throw new UsageError('There is no admin whose password could be set. Tell the makers of Stoa: this cannot be.')
    terminal.out(`${link}   (works once, for 24 hours, when the server runs again)`)
    return 0
  } finally {
    await running.stop()
  }
}
