import type { Family } from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { FastifyInstance } from 'fastify'

const BYTE_FAMILIES = new Set<Family>(['git', 'xet', 'storage'])
const JSON_TYPES = ['application/json', 'application/vnd.git-lfs+json', /^application\/vnd\.git-lfs\+json/]

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
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}
