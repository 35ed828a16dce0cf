import { installPython, runPythonCases } from '../environments.js'
import type { Suite } from '../target.js'

const VERSIONS = [
  { version: '3.6.0', packages: ['huggingface_hub==0.34.4', 'hf_xet==1.1.10'], scripts: ['tables'] },
  {
    version: '5.2.0',
    packages: ['huggingface_hub==2.4.0', 'hf_xet==1.8.0', 'duckdb==2.0.0'],
    scripts: ['tables', 'readers'],
  },
]

/** `datasets`; the newest also with what reads tables in place: pandas, Arrow and DuckDB through fsspec. */
export const datasetsSuites: readonly Suite[] = VERSIONS.map(({ version, packages, scripts }) => ({
  name: `datasets ${version}${scripts.includes('readers') ? ', pandas, Arrow, DuckDB' : ''}`,
  run: async (target) => {
    const folder = await installPython(`datasets-${version}`, [`datasets==${version}`, ...packages])
    const results = []
    for (const script of scripts)
      results.push(...(await runPythonCases(folder, `datasets/${script}.py`, target, { xet: true })))
    return results
  },
}))
