import { z } from 'zod'
import { route } from '../define.js'
import { queryFlag, repoParams, repoType } from './scalars.js'

const MAX_NAME = 200
const MAX_FILES = 200
const MAX_FILE_CHARS = 1024 * 1024
const CREATE_BODY_BYTES = 8 * 1024 * 1024

/** `internal` is ours: read by every member of the organisation. `protected` is of spaces, and private here. */
const visibility = z.enum(['public', 'private', 'protected', 'internal'])
const name = z.string().min(1).max(MAX_NAME)
const namespace = name.nullish()
const type = repoType.nullish().transform((value) => value ?? 'model')
const spaceSdk = z.enum(['gradio', 'streamlit', 'docker', 'static'])

const newFile = z.object({
  path: z.string().min(1).max(1000),
  content: z.string().max(MAX_FILE_CHARS),
  encoding: z.enum(['utf-8', 'base64']).optional(),
})

/** `POST /api/repos/create`: `name` may be `ns/name` or a bare name with `organization` (hub-api 1.02). */
export const createRepo = route({
  id: 'hub.repos.create',
  family: 'hub',
  method: 'POST',
  path: '/api/repos/create',
  summary: 'Create a repository with its first commit',
  auth: 'write',
  body: z.object({
    name,
    organization: namespace,
    type,
    visibility: visibility.nullish(),
    private: z.boolean().nullish(),
    license: z.string().max(100).nullish(),
    license_name: z.string().max(200).nullish(),
    license_link: z.string().max(500).nullish(),
    short_description: z.string().max(200).nullish(),
    sdk: spaceSdk.nullish(),
    files: z.array(newFile).max(MAX_FILES).nullish(),
    resourceGroupId: z.string().max(24).nullish(),
  }),
  response: z.object({ url: z.string(), name: z.string(), id: z.string() }),
  errors: ['QuotaExceeded', 'RepoExists', 'InvalidRepoName', 'GroupNotFound', 'Forbidden', 'InsufficientScope'],
  bodyLimitBytes: CREATE_BODY_BYTES,
})

/** JSON body on a DELETE, as the Hub has it. */
export const deleteRepo = route({
  id: 'hub.repos.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/repos/delete',
  summary: 'Delete a repository',
  auth: 'write',
  body: z.object({ name, organization: namespace, type }),
  response: z.object({ deleted: z.boolean() }),
  errors: ['LiveOffer', 'RepoNotFound', 'Forbidden', 'InsufficientScope'],
})

export const moveRepo = route({
  id: 'hub.repos.move',
  family: 'hub',
  method: 'POST',
  path: '/api/repos/move',
  summary: 'Rename a repository or bucket, or move it to another account; the old name redirects',
  auth: 'write',
  body: z.object({
    fromRepo: name,
    toRepo: name,
    type: repoType
      .or(z.literal('bucket'))
      .nullish()
      .transform((value) => value ?? 'model'),
  }),
  response: z.object({ url: z.string() }),
  errors: [
    'QuotaExceeded',
    'LiveOffer',
    'RepoNotFound',
    'RepoExists',
    'InvalidRepoName',
    'Forbidden',
    'InsufficientScope',
  ],
})

const gated = z.union([z.literal('auto'), z.literal('manual'), z.literal(false)])

const noticeMode = z.enum(['bulk', 'real-time'])
const MAX_ADDRESS = 254

export const repoSettings = z.object({
  private: z.boolean(),
  visibility,
  gated,
  discussionsDisabled: z.boolean(),
  orgMembersGated: z.boolean(),
  gatedNotificationsMode: noticeMode,
  /** Null is the verified address of the owner, or of the first admins of the organisation. */
  gatedNotificationsEmail: z.string().nullable(),
})

export const updateRepoSettings = route({
  id: 'hub.repos.settings',
  family: 'hub',
  method: 'PUT',
  path: '/api/:kind/:namespace/:name/settings',
  summary: 'Change visibility, gate, letters of the gate and discussions of a repository; only the given keys change',
  auth: 'write',
  params: repoParams,
  body: z.object({
    visibility: visibility.nullish(),
    private: z.boolean().nullish(),
    gated: gated.nullish(),
    discussionsDisabled: z.boolean().nullish(),
    orgMembersGated: z.boolean().nullish(),
    gatedNotificationsMode: noticeMode.nullish(),
    /** Empty is the owner's own address again. */
    gatedNotificationsEmail: z.string().trim().max(MAX_ADDRESS).nullish(),
  }),
  response: repoSettings,
  errors: ['QuotaExceeded', 'InvalidRequest', 'RepoNotFound', 'Forbidden', 'InsufficientScope'],
})

export const getRepoSettings = route({
  id: 'hub.repos.settings.get',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/settings',
  summary: 'Settings of a repository, for those who administer it',
  auth: 'user',
  params: repoParams,
  response: repoSettings,
  errors: ['RepoNotFound', 'Forbidden'],
})

/** The copy shares the stored objects, so nothing is left to be copied when the answer comes (hub-api-2x §4). */
export const duplicateRepo = route({
  id: 'hub.repos.duplicate',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/duplicate',
  summary: 'Copy a repository with its history',
  auth: 'write',
  params: repoParams,
  body: z.object({ repository: name, visibility: visibility.nullish(), private: z.boolean().nullish() }),
  response: z.object({ url: z.string(), filesCopyPending: z.boolean() }),
  errors: [
    'QuotaExceeded',
    'RepoNotFound',
    'RepoExists',
    'InvalidRepoName',
    'GatedRepo',
    'Forbidden',
    'InsufficientScope',
  ],
})

export const checkRepoAccess = route({
  id: 'hub.repos.auth-check',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/auth-check',
  summary: 'Succeeds when the caller may read the files of a repository',
  auth: 'optional',
  params: repoParams,
  response: z.object({}),
  errors: ['RepoNotFound', 'GatedRepo'],
})

export const checkRepoWriteAccess = route({
  id: 'hub.repos.auth-check.write',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/auth-check/write',
  summary: 'Succeeds when the caller may write to a repository',
  auth: 'optional',
  params: repoParams,
  response: z.object({}),
  errors: ['RepoNotFound', 'GatedRepo', 'Forbidden'],
})

export const superSquash = route({
  id: 'hub.repos.super-squash',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/super-squash/:rev',
  summary: 'Replace the history of a branch by one commit with the same files',
  auth: 'write',
  params: repoParams.extend({ rev: z.string().min(1).max(400) }),
  query: z.object({ force: queryFlag }),
  body: z.object({ message: z.string().max(500).nullish() }).nullish(),
  response: z.object({ commitId: z.string() }),
  errors: ['RepoNotFound', 'RevisionNotFound', 'RefConflict', 'Forbidden', 'InsufficientScope'],
})
