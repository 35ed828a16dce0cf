import { describe, expect, it } from 'vitest'
import { readCredential, renderSessionCookie, sessionCookieName } from './read-credentials.js'

const NAMES = ['__Host-stoa']
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const read = (authorization?: string, cookie?: string) => readCredential({ authorization, cookie }, NAMES)

describe('credentials of a request', () => {
  it('are a bearer token, a basic password of any user, or a session cookie', () => {
    expect(read('Bearer hf_x')).toEqual({ kind: 'token', secret: 'hf_x' })
    expect(read('bearer   hf_x ')).toEqual({ kind: 'token', secret: 'hf_x' })
    expect(read(basic('anybody:hf_x'))).toEqual({ kind: 'token', secret: 'hf_x' })
    expect(read(basic('hf_x:'))).toEqual({ kind: 'token', secret: 'hf_x' })
    expect(read(basic('u:a:b'))).toEqual({ kind: 'token', secret: 'a:b' })
    expect(read(undefined, 'a=1; __Host-stoa=secret; b=2')).toEqual({ kind: 'session', secret: 'secret' })
  })

  it('prefer the header over the cookie', () => {
    expect(read('Bearer hf_x', '__Host-stoa=s')).toEqual({ kind: 'token', secret: 'hf_x' })
  })

  it('are none when nothing was sent', () => {
    expect(read()).toEqual({ kind: 'none' })
    expect(read('')).toEqual({ kind: 'none' })
    expect(read(undefined, 'stoa=1; __Host-stoa=')).toEqual({ kind: 'none' })
  })

  it('are malformed, never ignored, when they cannot be read', () => {
    for (const header of [
      'Bearer',
      'Bearer a b',
      'Digest x',
      basic('nocolon'),
      basic(':'),
      `Bearer ${'x'.repeat(5000)}`,
    ]) {
      expect(read(header), header.slice(0, 20)).toEqual({ kind: 'malformed' })
    }
  })

  it('take the first cookie of a name, so a planted second one changes nothing', () => {
    expect(read(undefined, '__Host-stoa=first; __Host-stoa=second')).toEqual({ kind: 'session', secret: 'first' })
  })
})

describe('the session cookie', () => {
  it('is bound to the host over https', () => {
    expect(renderSessionCookie('https://hub.example', 's', 60)).toBe(
      '__Host-stoa=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure',
    )
    expect(sessionCookieName('http://127.0.0.1:3000')).toBe('stoa_session')
    expect(renderSessionCookie('http://127.0.0.1:3000', '', 0)).toContain('Max-Age=0')
  })
})
