// Joins the compiled server and the packages it is made of into a few files: loading two thousand modules one by one is a
// third of a start. What finds its own files (threads, migrations, pages, native code) keeps finding them: every module
// still has its own address.
import { renameSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const FOLDER = join(ROOT, 'packages/cli/dist/bundle')
const UNFINISHED = `${FOLDER}.new`
/** Native code, WebAssembly and the clients that `stoa demo` shows off are loaded as they were published. */
const AS_PUBLISHED = [
  /^node:/,
  /^@electric-sql\//,
  /^@napi-rs\//,
  /^@node-rs\//,
  /^@huggingface\//,
  /^node-llama-cpp/,
  /^onnxruntime/,
  /^openai/,
  /^pg-native$/,
  /^sharp/,
]

/** A module of the bundle sees the address of the file it was made of. */
const keepAddresses = {
  name: 'keep-addresses',
  transform(code, id) {
    if (!code.includes('import.meta.url')) return null
    // Sources may speak of `import.meta.url` in a text: alone between quotes, or within double ones, hence the single ones here.
    const address = `new URL('${relative(FOLDER, id)}', import.meta.url).href`
    return { code: code.replace(/(?<!['"`])import\.meta\.url/g, () => address) }
  },
}

const bundle = await rolldown({
  input: { main: join(ROOT, 'packages/cli/dist/main.js') },
  platform: 'node',
  external: AS_PUBLISHED,
  plugins: [keepAddresses],
  onLog: (level, log, report) => log.code !== 'EVAL' && report(level, log),
})
rmSync(UNFINISHED, { recursive: true, force: true })
await bundle.write({
  dir: UNFINISHED,
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
})
rmSync(FOLDER, { recursive: true, force: true })
renameSync(UNFINISHED, FOLDER)
