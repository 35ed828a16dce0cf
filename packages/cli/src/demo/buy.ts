import { getRevenue, getWallets } from '@stoa/contracts'
import OpenAI from 'openai'
import type { Person } from './people.js'
import { REPO } from './publish.js'

const MODEL_WAIT_MS = 60_000
const SETTLE_LIMIT_MS = 20_000
/** The model writes characters and keeps its thread for two sentences. */
const STORY_TOKENS = 70

export interface Call {
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costMicros: bigint
  readonly firstTokenMs: number
}

/** The stock SDK with nothing changed but its address and key. */
export function openaiClient(url: string, sam: Person): OpenAI {
  return new OpenAI({ apiKey: sam.token, baseURL: `${url}/v1`, timeout: MODEL_WAIT_MS })
}

/** One streamed answer with its usage and price. */
export async function ask(client: OpenAI, question: string): Promise<Call> {
  const startedAt = performance.now()
  const stream = await client.chat.completions.create({
    model: REPO,
    messages: [{ role: 'user', content: question }],
    temperature: 0,
    max_tokens: STORY_TOKENS,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let firstTokenMs = 0
  let usage: OpenAI.CompletionUsage | null | undefined
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content ?? ''
    if (piece !== '' && firstTokenMs === 0) firstTokenMs = Math.round(performance.now() - startedAt)
    text += piece
    usage = chunk.usage ?? usage
  }
  if (!usage) throw new Error('the stream ended without usage')
  return {
    text: text.trim(),
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    costMicros: 0n,
    firstTokenMs,
  }
}

/** One answer at once; its price is in the answer's own header. */
export async function askAtOnce(client: OpenAI, question: string): Promise<Call> {
  const startedAt = performance.now()
  const { data, response } = await client.chat.completions
    .create({ model: REPO, messages: [{ role: 'user', content: question }], temperature: 0, max_tokens: 60 })
    .withResponse()
  return {
    text: (data.choices[0]?.message.content ?? '').trim(),
    inputTokens: data.usage?.prompt_tokens ?? 0,
    outputTokens: data.usage?.completion_tokens ?? 0,
    costMicros: BigInt(response.headers.get('x-stoa-cost-micros') ?? '0'),
    firstTokenMs: Math.round(performance.now() - startedAt),
  }
}

export async function walletMicros(person: Person): Promise<bigint> {
  const { wallets } = await person.client.call(getWallets, { params: { account: person.name } })
  return BigInt(wallets.find((wallet) => wallet.currency === 'USD')?.balanceMicros ?? '0')
}

export interface Revenue {
  readonly grossMicros: bigint
  readonly feeMicros: bigint
  readonly netMicros: bigint
}

export async function revenueOf(nova: Person, account: string): Promise<Revenue> {
  const { total } = await nova.client.call(getRevenue, { query: { account } })
  return {
    grossMicros: BigInt(total.grossMicros),
    feeMicros: BigInt(total.feeMicros),
    netMicros: BigInt(total.netMicros),
  }
}

/** Waits until the journal has been folded into the ledger: the wallet fell and the seller's gross rose by the same amount. */
export async function settled(
  sam: Person,
  nova: Person,
  before: { wallet: bigint; revenue: Revenue },
): Promise<{ spent: bigint; revenue: Revenue }> {
  const startedAt = performance.now()
  let last = -1n
  while (performance.now() - startedAt < SETTLE_LIMIT_MS) {
    const spent = before.wallet - (await walletMicros(sam))
    const revenue = await revenueOf(nova, 'lumen')
    const isStable = spent > 0n && spent === last && revenue.grossMicros - before.revenue.grossMicros === spent
    if (isStable) return { spent, revenue }
    last = spent
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
  throw new Error('the calls were not settled in the ledger in time')
}
