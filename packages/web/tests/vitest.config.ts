import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Browser journeys: one file at a time, each against its own real server. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/web/tests/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    pool: 'forks',
    execArgv: ['--conditions=source'],
  },
})
