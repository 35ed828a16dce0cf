import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'

/** The most bytes of an uploaded picture; pages make them smaller before. */
export const AVATAR_MAX_BYTES = 512 * 1024
/** The longest side, in pixels. */
export const AVATAR_MAX_PIXELS = 4096
const BASE64_MAX = Math.ceil(AVATAR_MAX_BYTES / 3) * 4

/** PNG, JPEG, WebP or GIF, by its bytes. */
const picture = z.strictObject({ picture: z.base64().min(1).max(BASE64_MAX) })
const shown = z.object({ avatarUrl: z.string() })
const byOrg = z.object({ name: accountNameParam })
const BODY_BYTES = BASE64_MAX + 1024

export const setAvatar = route({
  id: 'avatars.set',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/accounts/avatar',
  summary: 'Makes this picture (PNG, JPEG, WebP or GIF, base64) mine.',
  auth: 'write',
  rate: 'auth',
  bodyLimitBytes: BODY_BYTES,
  body: picture,
  response: shown,
  errors: ['Unauthorized', 'InsufficientScope', 'InvalidRequest'],
})

export const removeAvatar = route({
  id: 'avatars.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/avatar',
  summary: 'Removes my picture; a drawn one takes its place.',
  auth: 'write',
  response: shown,
  errors: ['Unauthorized', 'InsufficientScope'],
})

export const setOrgAvatar = route({
  id: 'avatars.org.set',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/accounts/orgs/:name/avatar',
  summary: 'Makes this picture (PNG, JPEG, WebP or GIF, base64) that of an organisation I am an admin of.',
  auth: 'write',
  rate: 'auth',
  bodyLimitBytes: BODY_BYTES,
  params: byOrg,
  body: picture,
  response: shown,
  errors: ['Unauthorized', 'InsufficientScope', 'Forbidden', 'AccountNotFound', 'InvalidRequest'],
})

export const removeOrgAvatar = route({
  id: 'avatars.org.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/orgs/:name/avatar',
  summary: 'Removes the picture of an organisation; a drawn one takes its place.',
  auth: 'write',
  params: byOrg,
  response: shown,
  errors: ['Unauthorized', 'InsufficientScope', 'Forbidden', 'AccountNotFound'],
})

export const avatarPicture = route({
  id: 'web.avatar.picture',
  family: 'web',
  method: 'GET',
  path: '/avatars/:accountId/:file',
  summary: 'An uploaded picture. Each upload has an address of its own.',
  auth: 'none',
  rate: 'pages',
  params: z.object({
    accountId: z.string().regex(/^[0-9a-z-]{1,64}$/i),
    file: z.string().regex(/^[0-9a-z-]{1,64}\.(png|jpeg|webp|gif)$/i),
  }),
  errors: ['InvalidRequest', 'NotFound'],
})
