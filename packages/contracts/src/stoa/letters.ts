import { z } from 'zod'
import { route } from '../define.js'

const date = z.iso.datetime()
const letterId = z.object({ letterId: z.string().max(24) })
const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'SessionRequired'] as const

const letterView = z.object({
  id: z.string(),
  /** `email.verify`, `password.reset`, `invitation`: what it is about. */
  kind: z.string(),
  /** Null once forgotten. */
  to: z.string().nullable(),
  subject: z.string().nullable(),
  state: z.enum(['queued', 'sending', 'waiting', 'sent', 'handed_over', 'failed', 'withdrawn', 'expired']),
  attempts: z.number().int(),
  /** What the mail server said last. */
  error: z.string().nullable(),
  createdAt: date,
  /** When it is tried again. */
  dueAt: date,
  settledAt: date.nullable(),
  worthlessAt: date.nullable(),
})
export type LetterView = z.output<typeof letterView>

export const listLetters = route({
  id: 'signin.letters.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/letters',
  summary: 'Letters of the platform, newest first: those that wait or failed, or all of the last 90 days.',
  auth: 'admin',
  query: z.object({
    show: z.enum(['open', 'all']).default('open'),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(24).optional(),
  }),
  response: z.object({
    /** False: nothing leaves by itself, an admin hands the letters over. */
    isSending: z.boolean(),
    counts: z.object({ waiting: z.number().int(), failed: z.number().int(), queued: z.number().int() }),
    letters: z.array(letterView),
    nextCursor: z.string().nullable(),
  }),
  errors: [...REFUSALS],
})

export const openLetter = route({
  id: 'signin.letters.open',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/letters/:letterId/open',
  summary: 'What a letter says, to hand it over another way; only while it waits or failed, and on the record.',
  auth: 'admin',
  params: letterId,
  response: z.object({ letter: letterView, text: z.string(), link: z.string().nullable() }),
  errors: [...REFUSALS, 'ConfirmationRequired', 'NotFound'],
})

export const handOverLetter = route({
  id: 'signin.letters.handOver',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/letters/:letterId/handed-over',
  summary: 'Notes that a letter was given to its recipient.',
  auth: 'admin',
  params: letterId,
  errors: [...REFUSALS, 'NotFound'],
})

export const retryLetter = route({
  id: 'signin.letters.retry',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/letters/:letterId/retry',
  summary: 'Sends a letter again that failed or waits for its next attempt.',
  auth: 'admin',
  params: letterId,
  errors: [...REFUSALS, 'NotFound'],
})

export const sendTestLetter = route({
  id: 'signin.letters.test',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/letters/test',
  summary: 'Writes a letter to my own address, to see whether letters arrive.',
  auth: 'admin',
  rate: 'auth',
  response: z.object({ to: z.string() }),
  errors: [...REFUSALS, 'LetterLimit', 'InvalidRequest'],
})
