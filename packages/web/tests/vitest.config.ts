import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Browser journeys, each file against its own real server; two at a time, because each waits half of its time. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/web/tests/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('./make-world.ts', import.meta.url))],
    maxWorkers: 2,
    testTimeout: 90_000,
    // What is polled in a page comes when everything else there comes: as long as Playwright waits.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 180_000,
    pool: 'forks',
    isolate: false,
    execArgv: ['--conditions=source'],
  },
})
