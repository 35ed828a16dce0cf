import type { CallCounts } from './exchange.js'
import type { FinishReason, GenerateEvent, GenerateRequest, LoadedModel, TokenLogprob } from './port.js'
import { wrongTask } from './refusal.js'

/** A running answer whose first event has arrived: the prompt was accepted and counted. */
export interface Answer {
  readonly index: number
  readonly inputTokens: number
  readonly events: AsyncIterator<GenerateEvent>
}

/** Whole text of one answer. */
export interface Collected {
  readonly index: number
  readonly text: string
  readonly logprobs: readonly TokenLogprob[]
  readonly reason: FinishReason
}

/** Starts every answer and waits until each prompt is accepted, so that refusals come before any byte is sent. */
export async function startAnswers(
  model: LoadedModel,
  requests: readonly GenerateRequest[],
  signal: AbortSignal,
  usage: CallCounts,
): Promise<Answer[]> {
  const { generate } = model
  if (!generate) throw wrongTask('text generation')
  const starts = await Promise.allSettled(
    requests.map(async (request, index) => {
      const events = generate(request, signal)[Symbol.asyncIterator]()
      const first = await events.next()
      const inputTokens = !first.done && first.value.type === 'start' ? first.value.inputTokens : 0
      return { index, inputTokens, events }
    }),
  )
  const answers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed) {
    await Promise.all(answers.map((answer) => answer.events.return?.()))
    throw failed.reason
  }
  usage.inputTokens = countPrompts(requests, answers)
  return answers
}

/** Passes every event of one answer on, keeping the count of what was made. */
export async function followAnswer(
  answer: Answer,
  usage: CallCounts,
  onText: (text: string, logprobs: readonly TokenLogprob[]) => Promise<void> | void,
): Promise<FinishReason> {
  let counted = 0
  try {
    for (;;) {
      const { value, done } = await answer.events.next()
      if (done || value === undefined) return 'stop'
      if (value.type === 'start') continue
      usage.outputTokens += value.outputTokens - counted
      counted = value.outputTokens
      if (value.type === 'end') return value.reason
      if (value.text !== '' || value.logprobs.length > 0) await onText(value.text, value.logprobs)
    }
  } finally {
    await answer.events.return?.()
  }
}

export async function collectAnswer(answer: Answer, usage: CallCounts): Promise<Collected> {
  let text = ''
  const logprobs: TokenLogprob[] = []
  const reason = await followAnswer(answer, usage, (piece, described) => {
    text += piece
    logprobs.push(...described)
  })
  return { index: answer.index, text, logprobs, reason }
}

/** Follows answers side by side; the first failure stops them all. */
export async function forAll<T>(answers: readonly Answer[], work: (answer: Answer) => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(answers.map(work))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) {
    await Promise.all(answers.map((answer) => answer.events.return?.()))
    throw failed.reason
  }
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Tokens of the distinct prompts: several choices for one prompt count it once, as OpenAI does. */
function countPrompts(requests: readonly GenerateRequest[], answers: readonly Answer[]): number {
  const seen = new Set<unknown>()
  let total = 0
  for (const answer of answers) {
    const prompt = requests[answer.index]?.prompt
    if (!seen.has(prompt)) total += answer.inputTokens
    seen.add(prompt)
  }
  return total
}
