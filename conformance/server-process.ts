import { readConfig, type Running, start } from '@stoa/server'
import { silentLog } from '@stoa/server/testing'

/** A process that starts and stops servers for its parent: `{ start: settings }`, `{ settle }`, `{ stop }`. */
export type Order = { readonly start: Record<string, string> } | { readonly settle: true } | { readonly stop: true }
export type Report = { readonly url?: string; readonly error?: string }

let running: Running | null = null

async function carryOut(order: Order): Promise<Report> {
  if ('start' in order) {
    const isShown = process.env['CONFORMANCE_LOG'] !== undefined
    running = await start(readConfig(order.start), { checkResponses: true, ...(isShown ? {} : { log: silentLog }) })
    return { url: running.address }
  }
  if ('settle' in order) await running?.kit.events.drained()
  else await running?.stop()
  return {}
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (report) => process.send?.(report),
    (error) => process.send?.({ error: String(error?.stack ?? error) }),
  )
})
