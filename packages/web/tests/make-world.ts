import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestServer } from '@stoa/testkit'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Data folder of a stopped server with the people and models of world.yaml. */
    worldDir: string
  }
}

/** The world is made once; every file of journeys begins with a copy. */
export async function setup(project: TestProject): Promise<() => void> {
  const manifest = fileURLToPath(new URL('./world.yaml', import.meta.url))
  const server = await startTestServer({ env: { STOA_BOOTSTRAP: manifest } })
  await server.settled()
  await server.running.stop()
  const worldDir = mkdtempSync(join(tmpdir(), 'stoa-world-'))
  cpSync(server.running.dataDir, worldDir, { recursive: true })
  await server.stop()
  project.provide('worldDir', worldDir)
  return () => rmSync(worldDir, { recursive: true, force: true })
}
