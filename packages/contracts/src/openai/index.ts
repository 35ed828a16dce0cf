import { z } from 'zod'
import { route } from '../define.js'

const MAX_CALL_BYTES = 16 * 1024 * 1024
const CALL_ERRORS = [
  'Unauthorized',
  'InvalidCredentials',
  'UnreadableCall',
  'ModelNotFound',
  'ModelLoading',
  'ModelFailed',
  'UpstreamFailed',
  'UpstreamTimeout',
  'ServerOverloaded',
  'TooManyOpenCalls',
  'RateLimited',
  'insufficient_credit',
  'budget_exceeded',
  'MeteringUnavailable',
] as const

const tokens = z.number().int().min(0)

/** OpenAI's token counts. */
export const completionUsage = z.looseObject({
  prompt_tokens: tokens,
  completion_tokens: tokens.optional(),
  total_tokens: tokens,
})

const sampling = {
  model: z.string().describe('A repository id, `id@revision`, an endpoint or a model of a provider.'),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  n: z.number().int().min(1).nullish(),
}

const choice = z.looseObject({ index: z.number().int(), finish_reason: z.string().nullable() })

/** These routes describe the doors for the reference; the doors themselves scan and forward bytes. */
export const createChatCompletion = route({
  id: 'openai.chat.completions.create',
  family: 'openai',
  method: 'POST',
  path: '/v1/chat/completions',
  summary: 'Answers a conversation; with stream, as server-sent events that end in [DONE].',
  auth: 'user',
  rate: 'inference',
  bodyLimitBytes: MAX_CALL_BYTES,
  body: z.looseObject({
    ...sampling,
    messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
    max_completion_tokens: z.number().int().min(1).nullish(),
    response_format: z.looseObject({ type: z.string() }).nullish(),
    logprobs: z.boolean().nullish(),
  }),
  response: z.looseObject({
    id: z.string(),
    object: z.string(),
    choices: z.array(choice),
    usage: completionUsage.optional(),
  }),
  errors: CALL_ERRORS,
})

export const createCompletion = route({
  id: 'openai.completions.create',
  family: 'openai',
  method: 'POST',
  path: '/v1/completions',
  summary: 'Continues one prompt or several.',
  auth: 'user',
  rate: 'inference',
  bodyLimitBytes: MAX_CALL_BYTES,
  body: z.looseObject({ ...sampling, prompt: z.unknown(), echo: z.boolean().nullish() }),
  response: z.looseObject({
    id: z.string(),
    object: z.string(),
    choices: z.array(choice),
    usage: completionUsage.optional(),
  }),
  errors: CALL_ERRORS,
})

export const createEmbeddings = route({
  id: 'openai.embeddings.create',
  family: 'openai',
  method: 'POST',
  path: '/v1/embeddings',
  summary: 'Vectors of length one for texts.',
  auth: 'user',
  rate: 'inference',
  bodyLimitBytes: MAX_CALL_BYTES,
  body: z.looseObject({
    model: z.string(),
    input: z.unknown(),
    encoding_format: z.enum(['float', 'base64']).nullish(),
  }),
  response: z.looseObject({
    object: z.literal('list'),
    data: z.array(z.looseObject({ index: z.number().int() })),
    usage: completionUsage,
  }),
  errors: CALL_ERRORS,
})

const openaiModel = z.looseObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.number().int(),
  owned_by: z.string(),
})

export const listOpenaiModels = route({
  id: 'openai.models.list',
  family: 'openai',
  method: 'GET',
  path: '/v1/models',
  summary: 'Models the caller can call; those open to everybody without a key.',
  auth: 'optional',
  response: z.object({ object: z.literal('list'), data: z.array(openaiModel) }),
  errors: ['InvalidCredentials'],
})

export const getOpenaiModel = route({
  id: 'openai.models.get',
  family: 'openai',
  method: 'GET',
  path: '/v1/models/*',
  summary: 'One model; the id may hold a slash.',
  auth: 'optional',
  response: openaiModel,
  errors: ['InvalidCredentials', 'ModelNotFound'],
})
