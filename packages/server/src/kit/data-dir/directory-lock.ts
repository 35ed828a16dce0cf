import { randomBytes } from 'node:crypto'
import { closeSync, constants, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'

/**
 * One process per directory. A contender binds a Unix socket of a name never used before, then asks the owners of all
 * others: the operating system closes the socket of a process however it dies, so nothing stale can look alive, and a
 * socket that refuses connections is dead for good. Among contenders the smallest ticket wins. Two hosts that share a
 * network file system are not kept apart.
 */
export interface DirectoryLock {
  release(): Promise<void>
}

/** Another living process has the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

type State = 'trying' | 'held'

const PREFIX = 'lock.'
const ANSWER_MS = 5_000
const POLL_MS = 20
/** What fits into a socket address on every system. */
const MAX_ADDRESS_BYTES = 103

/** Takes the directory, which must exist, or throws `DirectoryInUse`. Waits while other contenders decide. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const sockets = openSockets(directory)
  const ticket = `${Date.now().toString(36).padStart(10, '0')}-${randomBytes(8).toString('hex')}`
  const name = PREFIX + ticket
  let state: State = 'trying'
  const server = createServer((peer) => {
    peer.on('error', () => undefined)
    peer.end(state)
  })
  const release = async (): Promise<void> => {
    rmSync(join(directory, name), { force: true })
    await new Promise((resolve) => server.close(resolve))
    sockets.close()
  }
  try {
    // Bound under another name first, because between bind and listen a socket looks dead.
    await listen(server, sockets.address(`new.${ticket}`))
    renameSync(join(directory, `new.${ticket}`), join(directory, name))
    server.unref()
    await outlastOthers(directory, name, sockets)
    state = 'held'
    // Nobody may have taken the name for dead.
    if (!existsSync(join(directory, name))) throw new DirectoryInUse(`${directory} was taken by another process`)
    return { release }
  } catch (error) {
    await release()
    throw error
  }
}

async function outlastOthers(directory: string, own: string, sockets: Sockets): Promise<void> {
  for (const name of readdirSync(directory).sort()) {
    if (!name.startsWith(PREFIX) || name === own) continue
    for (;;) {
      const state = await ask(sockets.address(name))
      if (state === 'dead') {
        rmSync(join(directory, name), { force: true })
        break
      }
      if (state === 'held' || name < own) throw new DirectoryInUse(`${directory} is in use by another process`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
}

/** What the owner of a socket says. One that is silent is alive, and counts as the holder. */
function ask(address: string): Promise<State | 'dead'> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(address)
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy()
      resolve('held')
    })
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    // A process that ends while it answers is asked again, and then refuses.
    socket.on('end', () => resolve(answer === 'held' ? 'held' : 'trying'))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('dead')
      else if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve('trying')
      else if (error.code === 'EAGAIN') resolve('held')
      else reject(error)
    })
  })
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

interface Sockets {
  address(name: string): string
  close(): void
}

/** Socket addresses are short, data directories need not be: on Linux an open directory has a short second name. */
function openSockets(directory: string): Sockets {
  const longest = Buffer.byteLength(join(directory, PREFIX)) + 32
  if (longest <= MAX_ADDRESS_BYTES) return { address: (name) => join(directory, name), close: () => undefined }
  if (process.platform !== 'linux') throw new Error(`the path of the data folder is too long: ${directory}`)
  const handle = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  return { address: (name) => `/proc/self/fd/${handle}/${name}`, close: () => closeSync(handle) }
}
