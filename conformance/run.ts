import { datasetsSuites } from './datasets/suite.js'
import { gitSuite } from './git/suite.js'
import { commandLineSuites } from './hf-cli/suite.js'
import { editedCopySuite, pythonSuites, resumeSuites } from './huggingface-hub/suite.js'
import { hubJsSuites } from './huggingface-js/suite.js'
import { oauthSuites } from './oauth/suite.js'
import { openaiSuites } from './openai/suite.js'
import { openServerPair } from './server-pair.js'
import { type CaseResult, openTarget, type Suite } from './target.js'
import { transformersSuites } from './transformers/suite.js'
import { transformersJsSuite } from './transformers-js/suite.js'
import { twoServersSuite } from './two-servers/suite.js'

/**
 * Other people's clients, unmodified, each version against a fresh server. Words choose suites by part of their name;
 * `--two-servers` runs each against two processes on one PostgreSQL and one S3 that take turns.
 */
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const pair = process.argv.includes('--two-servers') ? openServerPair() : null
/** Suites at once; a pair of servers serves one. */
const JOBS = pair === null ? 2 : 1
const SHOWN_LINES = 9
const MAX_LINE = 500

/** The slow ones first, so that the last ones to end are short. */
const suites: readonly Suite[] = [
  twoServersSuite,
  ...datasetsSuites,
  ...transformersSuites,
  ...commandLineSuites,
  ...resumeSuites,
  editedCopySuite,
  ...pythonSuites,
  transformersJsSuite,
  ...hubJsSuites,
  ...oauthSuites,
  gitSuite,
  ...(await openaiSuites()),
]
  .filter((suite) => pair !== null || suite.needsPair !== true)
  .filter((suite) => wanted.length === 0 || wanted.some((part) => suite.name.includes(part)))

/** The end of a trace of Python, the beginning of one of Node. */
function shorten(error: string): string {
  const lines = error
    .trim()
    .split('\n')
    .map((line) => line.slice(0, MAX_LINE))
  const isPython = error.startsWith('Traceback')
  return (isPython ? lines.slice(-SHOWN_LINES) : lines.slice(0, SHOWN_LINES)).join('\n    ')
}

async function runSuite(suite: Suite): Promise<readonly CaseResult[]> {
  const opened = await openTarget({ pair }, suite)
  try {
    return await suite.run(opened.target)
  } finally {
    await opened.close()
  }
}

let passed = 0
let failed = 0

function report(suite: Suite, results: readonly CaseResult[], seconds: number): void {
  const ran = results.filter((result) => (result.absent ?? null) === null)
  const bad = ran.filter((result) => result.error !== null)
  if (ran.length === 0) bad.push({ name: 'suite', error: 'no case ran' })
  const good = ran.filter((result) => result.error === null).length
  passed += good
  failed += bad.length
  const absent = ran.length === results.length ? '' : ` (${results.length - ran.length} not in this version)`
  const verdict = bad.length === 0 ? 'ok    ' : 'FAILED'
  console.log(`${verdict} ${suite.name}: ${good}/${ran.length}${absent}, ${seconds.toFixed(1)} s`)
  for (const { name, error } of bad) console.log(`  ✗ ${name}\n    ${shorten(error ?? '')}`)
}

const startedAt = performance.now()
const line = [...suites]
const runLine = async (): Promise<void> => {
  for (let suite = line.shift(); suite !== undefined; suite = line.shift()) {
    const begun = performance.now()
    const results = await runSuite(suite).catch((error): CaseResult[] => [
      { name: 'suite', error: String(error?.stack ?? error) },
    ])
    report(suite, results, (performance.now() - begun) / 1000)
  }
}
await Promise.all(Array.from({ length: JOBS }, runLine))
await pair?.close()
console.log(`took ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
console.log(`conformance: ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
