import { z } from 'zod'
import { route } from '../define.js'

const name = z.string().min(1).max(96)
const repoParams = z.object({ namespace: name, name })
const MAX_ENDPOINTS = 1_000

/** How a repository's model stands: whether it can be called, and what its replica does. */
export const servingView = z.object({
  model: z.string(),
  runtime: z.enum(['llama', 'onnx']),
  task: z.string(),
  modelFile: z.string(),
  commitOid: z.string(),
  contextTokens: z.number().int(),
  sizeBytes: z.number().int(),
  /** What a replica is expected to need in memory. */
  estimateBytes: z.number().int(),
  state: z.enum(['stopped', 'starting', 'ready', 'failed']),
  inFlight: z.number().int(),
  message: z.string().nullable(),
})
export type ServingView = z.output<typeof servingView>

export const getServing = route({
  id: 'inference.models.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/inference/models/:namespace/:name',
  summary: 'Whether and how a model repository is served here.',
  auth: 'optional',
  params: repoParams,
  response: servingView,
  errors: ['RepoNotFound', 'ModelNotServable'],
})

export const getServingLog = route({
  id: 'inference.models.log',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/inference/models/:namespace/:name/log',
  summary: "Last lines of the model's replica; for those who may write to the repository.",
  auth: 'user',
  params: repoParams,
  response: z.object({ lines: z.array(z.string()) }),
  errors: ['RepoNotFound', 'ModelNotServable', 'Forbidden'],
})

/** A served model with a stable name. */
export const endpointView = z.object({
  id: z.string(),
  owner: z.string(),
  name: z.string(),
  repo: z.string(),
  revision: z.string(),
  flavor: z.string(),
  minReplicas: z.number().int(),
  maxReplicas: z.number().int(),
  /** In the Hub's words. */
  state: z.enum(['pending', 'initializing', 'running', 'paused', 'scaledToZero', 'failed']),
  createdAt: z.string(),
})
export type EndpointView = z.output<typeof endpointView>

export const listEndpoints = route({
  id: 'inference.endpoints.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/inference/endpoints',
  summary: 'Endpoints whose model the caller may read.',
  auth: 'optional',
  response: z.object({ endpoints: z.array(endpointView).max(MAX_ENDPOINTS) }),
  errors: [],
})

export const getEndpoint = route({
  id: 'inference.endpoints.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/inference/endpoints/:owner/:name',
  summary: 'One endpoint.',
  auth: 'optional',
  params: z.object({ owner: name, name }),
  response: endpointView,
  errors: ['EndpointNotFound'],
})

export const getSandbox = route({
  id: 'inference.sandbox.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/inference/sandbox',
  summary: 'Which walls stand around model processes on this server.',
  auth: 'admin',
  response: z.object({
    level: z.enum(['bwrap', 'namespaces', 'plain']),
    allowUnsandboxed: z.boolean(),
    budgetBytes: z.number().int(),
  }),
  errors: [],
})
