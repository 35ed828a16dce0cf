import type { LlamaModel, Token } from 'node-llama-cpp'

const MAX_PENDING = 8
const CONTEXT_TOKENS = 8
const BROKEN = '\ufffd'

/** Turns tokens into text, holding back those that are not yet a whole character. */
export class TokenText {
  readonly #model: LlamaModel
  #pending: Token[] = []
  #before: Token[]

  constructor(model: LlamaModel, prompt: readonly Token[]) {
    this.#model = model
    this.#before = prompt.slice(-CONTEXT_TOKENS)
  }

  push(token: Token): string {
    this.#pending.push(token)
    const text = this.#model.detokenize(this.#pending, false, this.#before)
    if (text.endsWith(BROKEN) && this.#pending.length < MAX_PENDING) return ''
    this.#settle()
    return text
  }

  /** The rest, with a replacement sign where the model stopped inside a character. */
  flush(): string {
    if (this.#pending.length === 0) return ''
    const text = this.#model.detokenize(this.#pending, false, this.#before)
    this.#settle()
    return text
  }

  #settle(): void {
    this.#before = [...this.#before, ...this.#pending].slice(-CONTEXT_TOKENS)
    this.#pending = []
  }
}
