import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_BYTES = 32
const FILE = 'instance.key'

/** The secret of this installation, made on first start and kept outside the database with mode 0600. */
export function loadInstanceKey(dataDir: string): Buffer {
  const path = join(dataDir, FILE)
  const existing = readKey(path)
  if (existing) return existing
  const key = randomBytes(KEY_BYTES)
  writeFileSync(path, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  return key
}

function readKey(path: string): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
    if (key.length !== KEY_BYTES)
      throw new Error(`${path} does not hold ${KEY_BYTES} bytes of hex. Restore it from a backup.`)
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
