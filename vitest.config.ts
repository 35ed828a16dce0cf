import { defineConfig } from 'vitest/config'

/**
 * Tests run from the sources; `maxWorkers` is 2 because every module test opens an embedded database. The files of a worker
 * share its modules, which hold no state: reading the server anew took a third of the time. State in a module or on the
 * process must not survive its file.
 */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    maxWorkers: 2,
    testTimeout: 30_000,
    // A poll says that something comes, not how soon.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
    pool: 'forks',
    isolate: false,
    execArgv: ['--conditions=source'],
  },
})
