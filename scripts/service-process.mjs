// What the scripts share that run a command beside a real service.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** A port of the loopback address that was free a moment ago. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Resolves when `probe` answers true; fails after `limitMs` or when the service ended. */
export async function waitUntil(probe, limitMs, child) {
  const deadline = Date.now() + limitMs
  for (;;) {
    if (await probe().catch(() => false)) return
    if (child?.exitCode !== null && child?.exitCode !== undefined)
      throw new Error(`the service ended: ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error('the service did not become ready')
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

/** Ends a child by its own handle, with force when it does not listen. */
export async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(force)
}

/** Runs the command of this script's arguments and answers with its exit status. */
export async function runCommand(environment) {
  const [command, ...args] = process.argv.slice(2)
  if (command === undefined) throw new Error('which command?')
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } })
  const pass = (signal) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
