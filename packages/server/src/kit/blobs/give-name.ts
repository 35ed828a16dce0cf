import { link, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Gives a durable file its name, durably. */
export async function giveName(scratch: string, path: string, ifAbsent: boolean): Promise<void> {
  await makeFolder(dirname(path))
  if (ifAbsent) await link(scratch, path)
  else await rename(scratch, path)
  await syncFolder(dirname(path))
}

async function makeFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (firstMade === undefined) return
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
