import { z } from 'zod'
import { route } from '../define.js'
import { gitOid, queryFlag, repoParams, revisionParams } from './scalars.js'

const refInfo = z.object({ name: z.string(), ref: z.string(), targetCommit: gitOid })
const refBody = z.string().min(1).max(400)

export const listRefs = route({
  id: 'hub.refs.list',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/refs',
  summary: 'Branches, tags, conversions and, when asked, pull requests',
  auth: 'optional',
  params: repoParams,
  query: z.object({ include_prs: queryFlag }),
  response: z.object({
    branches: z.array(refInfo),
    converts: z.array(refInfo),
    tags: z.array(refInfo),
    pullRequests: z.array(refInfo).optional(),
  }),
  errors: ['RepoNotFound', 'GatedRepo'],
})

export const createBranch = route({
  id: 'hub.refs.branch.create',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/branch/:rev',
  summary: 'Create a branch at a revision, or empty',
  auth: 'write',
  params: revisionParams,
  body: z
    .object({
      startingPoint: refBody.nullish(),
      emptyBranch: z.boolean().nullish(),
      overwrite: z.boolean().nullish(),
    })
    .nullish(),
  response: z.object({}),
  errors: ['RepoNotFound', 'RevisionNotFound', 'RefExists', 'InvalidRefName', 'Forbidden', 'InsufficientScope'],
})

export const deleteBranch = route({
  id: 'hub.refs.branch.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/:kind/:namespace/:name/branch/:rev',
  summary: 'Delete a branch; main cannot be deleted',
  auth: 'write',
  params: revisionParams,
  response: z.object({}),
  errors: ['RepoNotFound', 'RevisionNotFound', 'ProtectedRef', 'Forbidden', 'InsufficientScope'],
})

export const createTag = route({
  id: 'hub.refs.tag.create',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/tag/:rev',
  summary: 'Tag a revision',
  auth: 'write',
  params: revisionParams,
  body: z.object({ tag: refBody, message: z.string().max(65_536).nullish() }),
  response: z.object({}),
  errors: ['RepoNotFound', 'RevisionNotFound', 'RefExists', 'InvalidRefName', 'Forbidden', 'InsufficientScope'],
})

export const deleteTag = route({
  id: 'hub.refs.tag.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/:kind/:namespace/:name/tag/:rev',
  summary: 'Delete a tag',
  auth: 'write',
  params: revisionParams,
  response: z.object({}),
  errors: ['RepoNotFound', 'RevisionNotFound', 'Forbidden', 'InsufficientScope'],
})
