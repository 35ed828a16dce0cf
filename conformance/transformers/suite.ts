import { installPython, runPythonCases } from '../environments.js'
import type { Suite } from '../target.js'

/** The library with what it needs to run small models without torch. */
const VERSIONS = [
  {
    version: '4.57.6',
    packages: ['huggingface_hub==0.36.2', 'hf_xet==1.2.0', 'onnxruntime==1.23.2', 'numpy', 'jinja2'],
  },
  {
    version: '5.23.0',
    packages: ['huggingface_hub==2.4.0', 'hf_xet==1.8.0', 'onnxruntime==1.31.1', 'numpy', 'jinja2'],
  },
]

export const transformersSuites: readonly Suite[] = VERSIONS.map(({ version, packages }) => ({
  name: `transformers ${version}`,
  run: async (target) => {
    const folder = await installPython(`transformers-${version}`, [`transformers==${version}`, ...packages])
    return runPythonCases(folder, 'transformers/models.py', target, {
      xet: true,
      env: { USE_TORCH: '0', TRANSFORMERS_NO_ADVISORY_WARNINGS: '1', TRANSFORMERS_VERBOSITY: 'error' },
    })
  },
}))
