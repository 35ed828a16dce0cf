import { parseArgs } from 'node:util'
import type { Running } from '@stoa/server'
import { startOrExplain } from '../start-or-explain.js'
import type { Command, Terminal } from '../terminal.js'

const OPTIONS = { host: { type: 'string' }, port: { type: 'string' }, 'data-dir': { type: 'string' } } as const

/** `stoa serve`: runs until it is told to stop. */
export const serve: Command = async (args, terminal) => {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  // Heard from the beginning, so that a signal during the start ends in an orderly stop.
  const stopped = stopSignal()
  const running = await startOrExplain({
    ...terminal.environment,
    ...(values.host === undefined ? {} : { STOA_HOST: values.host }),
    ...(values.port === undefined ? {} : { STOA_PORT: values.port }),
    ...(values['data-dir'] === undefined ? {} : { STOA_DATA_DIR: values['data-dir'] }),
  })
  await announce(running, terminal)
  await stopped
  await running.stop()
  return 0
}

/** Address, data folder, one-time admin link, idle memory, ready time. */
async function announce(running: Running, terminal: Terminal): Promise<void> {
  // The process's own clock starts with the process, so this is what a person waited.
  const readyMs = Math.round(performance.now())
  const adminLink = await running.app.accounts.makeAdminLink()
  terminal.out(`Stoa is ready at ${running.url} after ${(readyMs / 1000).toFixed(1)} s`)
  terminal.out(`  data folder   ${running.dataDir}`)
  terminal.out(`  idle memory   ${Math.round(process.memoryUsage().rss / 1e6)} MB`)
  if (running.bootstrap) terminal.out(`  manifest      ${running.bootstrap.text.split('\n').at(-1)}`)
  for (const { label, secret } of running.bootstrap?.issued ?? []) terminal.out(`  ${label}: ${secret}`)
  if (adminLink) terminal.out(`  become admin  ${adminLink}   (works once, for 24 hours)`)
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
