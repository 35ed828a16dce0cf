import type { FastifyReply, FastifyRequest } from 'fastify'
import { makeLinkSecret } from '../../accounts/index.js'
import { ATTEMPT_MS } from './begin-sign-on.js'

const SECRET = /^[\w-]{20,100}$/
const MAX_HEADER = 8192

const cookieName = (publicUrl: string): string => (publicUrl.startsWith('https:') ? '__Host-stoa_sso' : 'stoa_sso')

/** The secret that ties a sign-in to the browser that began it; null when it has none. */
export function readBrowserSecret(request: FastifyRequest, publicUrl: string): string | null {
  const header = request.headers.cookie ?? ''
  if (header.length > MAX_HEADER) return null
  const name = `${cookieName(publicUrl)}=`
  const found = header
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(name))
  const secret = found?.slice(name.length) ?? ''
  return SECRET.test(secret) ? secret : null
}

/** The browser's secret, made and set when it has none; two tabs of one browser share it. */
export function ensureBrowserSecret(request: FastifyRequest, reply: FastifyReply, publicUrl: string): string {
  const secret = readBrowserSecret(request, publicUrl) ?? makeLinkSecret()
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  const cookie = `${cookieName(publicUrl)}=${secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${ATTEMPT_MS / 1000}${secure}`
  reply.header('set-cookie', cookie)
  return secret
}
