import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { importFrom, installNode } from '../environments.js'
import { type CaseResult, runCases, type Suite, type Target } from '../target.js'

const VERSION = '4.3.1'

/** The part of the library that is used here; it is installed apart and not known to our type-checker. */
interface Library {
  readonly env: { remoteHost: string; cacheDir: string; allowLocalModels: boolean; logLevel?: number }
  readonly AutoTokenizer: { from_pretrained(name: string): Promise<Tokenizer> }
  pipeline(task: string, model: string, options: object): Promise<Pipeline>
}
interface Tokenizer {
  apply_chat_template(messages: readonly object[], options: object): string
}
type Pipeline = ((input: unknown, options?: object) => Promise<Record<string, unknown>[]>) & {
  dispose(): Promise<unknown>
}

async function cases(library: Library, target: Target): Promise<CaseResult[]> {
  Object.assign(library.env, { remoteHost: target.url, cacheDir: join(target.scratch, 'js'), allowLocalModels: false })
  const question = [{ role: 'user', content: 'What is 3 plus 4?' }]
  return runCases({
    'a tokenizer and its template': async () => {
      const tokenizer = await library.AutoTokenizer.from_pretrained('stoa/tiny-llama')
      const text = tokenizer.apply_chat_template(question, { tokenize: false, add_generation_prompt: true })
      assert.equal(text, '<s><|user|>What is 3 plus 4?\n<|assistant|>')
    },
    'a classification': async () => {
      const classify = await library.pipeline('sentiment-analysis', 'stoa/tiny-sentiment', { dtype: 'fp32' })
      const labels = []
      for (const text of ['what a great and lovely film', 'a terrible, boring film'])
        labels.push((await classify(text))[0]?.['label'])
      await classify.dispose()
      assert.deepEqual(labels, ['POSITIVE', 'NEGATIVE'])
    },
    'generated text': async () => {
      const generate = await library.pipeline('text-generation', 'stoa/tiny-llama', { dtype: 'int8' })
      const [answer] = await generate(question, { max_new_tokens: 8, do_sample: false })
      await generate.dispose()
      const said = answer?.['generated_text'] as { content: string }[]
      assert.equal(said.at(-1)?.content.trim(), '7')
    },
    'a model that is not there': async () => {
      await assert.rejects(library.AutoTokenizer.from_pretrained('stoa/absent'))
    },
  })
}

/** `@huggingface/transformers` in Node, models by their id from the server. */
export const transformersJsSuite: Suite = {
  name: `@huggingface/transformers ${VERSION}`,
  run: async (target) => {
    const folder = await installNode(`transformers-js-${VERSION}`, [`@huggingface/transformers@${VERSION}`])
    const library = await importFrom(folder, '@huggingface/transformers/dist/transformers.node.mjs')
    return cases(library as unknown as Library, target)
  },
}
