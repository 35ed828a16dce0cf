import { datasetsSuites } from './datasets/suite.js'
import { gitSuite } from './git/suite.js'
import { commandLineSuites } from './hf-cli/suite.js'
import { pythonSuites, resumeSuites } from './huggingface-hub/suite.js'
import { hubJsSuites } from './huggingface-js/suite.js'
import { openaiSuites } from './openai/suite.js'
import { transformersSuites } from './transformers/suite.js'
import { transformersJsSuite } from './transformers-js/suite.js'
import { twoServersSuite } from './two-servers/suite.js'
import { openServerPair } from './server-pair.js'
import { type CaseResult, openTarget, type Suite } from './target.js'

/**
 * Other people's clients, unmodified, each version against a fresh server. Words choose suites by part of their name;
 * `--two-servers` runs each against two processes on one PostgreSQL and one S3 that take turns.
 */
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const pair = process.argv.includes('--two-servers') ? openServerPair() : null
const suites: Suite[] = [
  twoServersSuite,
  gitSuite,
  ...hubJsSuites,
  ...(await openaiSuites()),
  ...pythonSuites,
  ...resumeSuites,
  ...commandLineSuites,
  transformersJsSuite,
  ...transformersSuites,
  ...datasetsSuites,
]
  .filter((suite) => pair !== null || suite.needsPair !== true)
  .filter((suite) => wanted.length === 0 || wanted.some((part) => suite.name.includes(part)))
const SHOWN_LINES = 9

/** The end of a trace of Python, the beginning of one of Node. */
function shorten(error: string): string {
  const lines = error.trim().split('\n')
  const isPython = error.startsWith('Traceback')
  return (isPython ? lines.slice(-SHOWN_LINES) : lines.slice(0, SHOWN_LINES)).join('\n    ')
}

let passed = 0
let failed = 0
for (const suite of suites) {
  const startedAt = Date.now()
  const { target, close } = await openTarget({ pair }, suite)
  const results: readonly CaseResult[] = await suite
    .run(target)
    .catch((error) => [{ name: 'suite', error: String(error?.stack ?? error) }])
  await close()
  const ran = results.filter((result) => (result.absent ?? null) === null)
  const bad = ran.filter((result) => result.error !== null)
  if (ran.length === 0) bad.push({ name: 'suite', error: 'no case ran' })
  const good = ran.filter((result) => result.error === null).length
  passed += good
  failed += bad.length
  const absent = ran.length === results.length ? '' : ` (${results.length - ran.length} not in this version)`
  console.log(
    `${bad.length === 0 ? 'ok    ' : 'FAILED'} ${suite.name}: ${good}/${ran.length}${absent}, ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  )
  for (const { name, error } of bad) console.log(`  ✗ ${name}\n    ${shorten(error ?? '')}`)
}
console.log(`conformance: ${passed} passed, ${failed} failed`)
await pair?.close()
process.exit(failed === 0 ? 0 : 1)
