import type { Family } from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { FastifyInstance } from 'fastify'

const BYTE_FAMILIES = new Set<Family>(['git', 'xet', 'storage'])
const JSON_TYPES = [
  'application/json',
  'application/scim+json',
  'application/vnd.git-lfs+json',
  /^application\/vnd\.git-lfs\+json/,
]

/** JSON is read for contracts with a body; every other content type reaches the handler as the unread stream. */
export function installParsers(scope: FastifyInstance, family: Family): void {
  scope.removeAllContentTypeParsers()
  if (!BYTE_FAMILIES.has(family)) {
    scope.addContentTypeParser(JSON_TYPES as string[], { parseAs: 'string' }, (_request, text, done) => {
      if (text === '') return done(null, undefined)
      try {
        done(null, JSON.parse(text as string))
      } catch {
        done(refuse('InvalidBody', 'The request body is not valid JSON.'))
      }
    })
  }
  if (family === 'oauth') {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
      const fields = readForm(text as string)
      if (fields === null) return done(refuse('OauthInvalidRequest', 'A parameter was sent twice.'))
      done(null, fields)
    })
  }
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/** Fields of a form; null when one was sent twice, which the sign-in protocol forbids (RFC 6749 §3.1). Empty ones count as not sent. */
export function readForm(text: string): Record<string, string> | null {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return null
    fields.set(name, value)
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''))
}
