import type { Plugin } from 'vite'

const id = '\0zod-stub'

/**
 * A page needs methods and paths of the contracts, not their schemas: types are checked at build time and the server checks
 * every request. So `zod` is replaced by one value that answers any call with itself, which saves some 60 kB of script.
 */
const code = `const any = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : any), apply: () => any, construct: () => any })
export const z = any
export default any
export const ZodError = class extends Error {}`

export function zodStub(): Plugin {
  return {
    name: 'stoa-zod-stub',
    enforce: 'pre',
    resolveId: (source) => (source === 'zod' ? id : null),
    load: (source) => (source === id ? code : null),
  }
}
