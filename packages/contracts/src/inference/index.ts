import { z } from 'zod'
import { route } from '../define.js'

const MAX_CALL_BYTES = 16 * 1024 * 1024

/** Answer of `text-classification`: one list of labels per text, best first. */
export const classificationAnswer = z.array(z.array(z.object({ label: z.string(), score: z.number() })))

/** This route describes the task door for the reference; the door itself forwards bytes. */
export const runTask = route({
  id: 'inference.tasks.run',
  family: 'inference',
  method: 'POST',
  path: '/hf-inference/models/:namespace/:name/pipeline/:task',
  summary:
    "Hugging Face's task door: text-classification, feature-extraction, text-generation. `/models/{id}` runs the model's own task.",
  auth: 'user',
  rate: 'inference',
  bodyLimitBytes: MAX_CALL_BYTES,
  body: z.looseObject({ inputs: z.unknown(), parameters: z.looseObject({}).optional() }),
  response: z.unknown(),
  errors: [
    'Unauthorized',
    'InvalidCredentials',
    'ModelNotFound',
    'ModelLoading',
    'ModelFailed',
    'TaskNotSupported',
    'insufficient_credit',
    'budget_exceeded',
  ],
})
