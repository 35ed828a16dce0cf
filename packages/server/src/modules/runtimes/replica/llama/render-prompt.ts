import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Template } from '@huggingface/jinja'
import type { LlamaModel, Token } from 'node-llama-cpp'
import type { ChatMessage, Prompt } from '../port.js'
import { invalid, wrongTask } from '../refusal.js'
import { runLimited } from '../run-limited.js'

const TEMPLATE_MS = 2_000
const MAX_CONFIG_BYTES = 4 * 1024 * 1024
const MAX_RENDERED_CHARS = 4_000_000

/** Turns a prompt in any form into token ids. */
export interface PromptReader {
  readonly hasChat: boolean
  read(prompt: Prompt): Token[]
}

interface TokenizerConfig {
  readonly chat_template?: unknown
  readonly bos_token?: unknown
  readonly eos_token?: unknown
}

/** The chat template comes from `tokenizer_config.json` when there is one, else from the GGUF itself. */
export async function createPromptReader(model: LlamaModel, modelDir: string): Promise<PromptReader> {
  const config = await readTokenizerConfig(modelDir)
  const source = pickTemplate(config.chat_template) ?? pickTemplate(model.fileInfo.metadata.tokenizer?.chat_template)
  const template = source === null ? null : runLimited(() => new Template(source), TEMPLATE_MS)
  const bos = tokenText(config.bos_token) ?? model.tokens.bosString ?? ''
  const eos = tokenText(config.eos_token) ?? model.tokens.eosString ?? ''

  const render = (messages: readonly ChatMessage[]): string => {
    if (!template) throw wrongTask('chat: it has no chat template. Use /v1/completions')
    try {
      const text = runLimited(
        () => template.render({ messages, add_generation_prompt: true, bos_token: bos, eos_token: eos }),
        TEMPLATE_MS,
      )
      if (text.length > MAX_RENDERED_CHARS) throw new Error('the rendered prompt is too long')
      return text
    } catch (error) {
      throw invalid('messages', `The model's chat template refused these messages: ${(error as Error).message}`)
    }
  }
  return {
    hasChat: template !== null,
    read(prompt) {
      if ('messages' in prompt) return model.tokenize(render(prompt.messages), true)
      if ('tokens' in prompt) return checkTokens(model, prompt.tokens)
      const tokens = model.tokenize(prompt.text, false)
      const first = model.tokens.shouldPrependBosToken ? model.tokens.bos : null
      return first === null ? tokens : [first, ...tokens]
    },
  }
}

function checkTokens(model: LlamaModel, tokens: readonly number[]): Token[] {
  const size = model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length ?? Number.MAX_SAFE_INTEGER
  if (tokens.some((token) => token >= size)) throw invalid('prompt', `Token ids must be below ${size}.`)
  return tokens as Token[]
}

async function readTokenizerConfig(modelDir: string): Promise<TokenizerConfig> {
  const text = await readFile(join(modelDir, 'tokenizer_config.json'), 'utf8').catch(() => '{}')
  if (text.length > MAX_CONFIG_BYTES) return {}
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === 'object' && parsed !== null ? parsed : {}
}

/** A template is text, or a list of named ones of which `default` is ours. */
function pickTemplate(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const entries = value as { name?: unknown; template?: unknown }[]
  const chosen = entries.find((entry) => entry.name === 'default') ?? entries[0]
  return typeof chosen?.template === 'string' ? chosen.template : null
}

function tokenText(value: unknown): string | null {
  if (typeof value === 'string') return value
  const content = typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : null
  return typeof content === 'string' ? content : null
}
