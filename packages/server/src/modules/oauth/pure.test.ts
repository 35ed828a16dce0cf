import { createSign, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkSecret, readClient } from './client-auth.js'
import { findPatternProblem, matchesClaims, matchesPattern } from './claim-patterns.js'
import { readTarget } from './exchange-identity.js'
import { decodeJwt, isSignedBy, signJwt } from './jwt.js'
import { isChallenge, provesChallenge } from './pkce.js'
import { describeDestination, findRedirectProblem, isExclusive, matchesRedirect } from './redirect-uri.js'
import { readScopes, toTokenScopes } from './scopes.js'

describe('redirect addresses', () => {
  it('are web addresses, loopback addresses and schemes of programs; nothing a browser would run or read', () => {
    const good = [
      'https://a.example/cb?x=1',
      'http://localhost:3000',
      'http://127.0.0.1/cb',
      'http://[::1]:9/',
      'com.example.app:/cb',
    ]
    for (const uri of good) expect([uri, findRedirectProblem(uri)]).toEqual([uri, null])
    const bad = [
      'http://a.example/cb',
      'https://a.example/cb#part',
      'https://a.example/#',
      'https://user:pass@a.example/',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'myapp:/cb',
      'https://*.example/cb',
      'https://a.example/c b',
      'https:\\\\evil.example/',
      'not an address',
      `https://a.example/${'x'.repeat(500)}`,
    ]
    for (const uri of bad) expect([uri, findRedirectProblem(uri)]).toEqual([uri, expect.any(String)])
  })

  it('match as text, or as the same loopback address on another port', () => {
    const known = ['https://a.example/cb', 'http://127.0.0.1/cb', 'http://localhost:3000']
    for (const uri of ['https://a.example/cb', 'http://127.0.0.1:8912/cb', 'http://localhost:4000/']) {
      expect([uri, matchesRedirect(known, uri)]).toEqual([uri, true])
    }
    for (const uri of [
      'https://a.example:444/cb',
      'https://a.example/cb/',
      'http://127.0.0.1:8912/other',
      'http://127.0.0.1:8912/cb?x=1',
      'https://127.0.0.1/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://user@127.0.0.1/cb',
      'http://localhost/cb',
    ]) {
      expect([uri, matchesRedirect(known, uri)]).toEqual([uri, false])
    }
    expect([isExclusive('https://a.example/cb'), isExclusive('http://localhost/cb')]).toEqual([true, false])
    expect(['https://a.example/cb', 'com.example.app:/cb'].map(describeDestination)).toEqual([
      'a.example',
      'com.example.app',
    ])
  })
})

describe('scopes', () => {
  it('are read in one order, refused when unknown or not allowed', () => {
    expect(readScopes('profile openid offline_access openid', ['openid', 'profile'])).toEqual(['openid', 'profile'])
    expect(() => readScopes('openid jobs', ['openid'])).toThrow('jobs')
    expect(() => readScopes('__proto__', ['__proto__'])).toThrow('may not')
  })

  it('become what tokens are judged by, on the person and the organisations they chose', () => {
    const memberships = [
      { accountId: '1', name: 'acme', role: 'admin' as const },
      { accountId: '2', name: 'other', role: 'read' as const },
    ]
    const reach = { userName: 'ada', memberships, allOrgs: false, orgIds: ['1', '9'] }
    expect(toTokenScopes(['openid', 'profile', 'email'], reach)).toEqual([])
    expect(toTokenScopes(['read-repos'], reach)).toEqual([
      { entity: { type: 'user', name: 'ada' }, permissions: ['repo.content.read'] },
      { entity: { type: 'org', name: 'acme' }, permissions: ['repo.content.read'] },
    ])
    expect(toTokenScopes(['read-repos'], { ...reach, allOrgs: true })).toHaveLength(3)
  })
})

describe('PKCE', () => {
  it('is the pair of RFC 7636 appendix B and no other', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    expect([isChallenge(challenge), provesChallenge(challenge, verifier)]).toEqual([true, true])
    expect(provesChallenge(challenge, `${verifier}a`)).toBe(false)
    expect([provesChallenge(challenge, ''), provesChallenge(challenge, challenge), isChallenge('')]).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('signed tokens', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }
  const token = signJwt({ sub: 'x' }, { kid: 'k', privateKey: rsa.privateKey })

  it('hold with their key and nothing else', () => {
    const decoded = decodeJwt(token)
    expect(decoded?.claims).toEqual({ sub: 'x' })
    expect(decoded && isSignedBy(decoded, [jwk])).toBe(true)
    const [head = '', , tail = ''] = token.split('.')
    const changed = decodeJwt(`${head}.${Buffer.from('{"sub":"y"}').toString('base64url')}.${tail}`)
    expect(changed && isSignedBy(changed, [jwk])).toBe(false)
    expect(decoded && isSignedBy(decoded, [{ ...jwk, kid: 'other' }])).toBe(false)
    expect(decoded && isSignedBy(decoded, [{ ...jwk, use: 'enc' }])).toBe(false)
    expect(decoded && isSignedBy(decoded, [{ ...jwk, alg: 'RS512' }])).toBe(false)
    expect(decoded && isSignedBy(decoded, [{ kty: 'RSA', kid: 'k', n: '!', e: '!' }])).toBe(false)
  })

  it('are refused without a signature, with a shared secret, with a weak key', () => {
    const forge = (header: object, signature: string) =>
      decodeJwt(`${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.${signature}`)
    for (const alg of ['none', 'HS256', 'toString', '__proto__']) {
      const forged = forge({ alg }, 'AA')
      expect(forged && isSignedBy(forged, [jwk])).toBe(false)
    }
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const decoded = decodeJwt(signJwt({}, { kid: 'w', privateKey: weak.privateKey }))
    expect(decoded && isSignedBy(decoded, [{ ...weak.publicKey.export({ format: 'jwk' }), kid: 'w' }])).toBe(false)
    expect(forge({ alg: 'RS256', crit: ['exp'] }, 'AA')).toBe(null)
    for (const text of ['', 'a.b', 'a.b.c.d', 'W10.W10.AA', `${'a'.repeat(20_000)}.b.c`])
      expect(decodeJwt(text)).toBe(null)
  })

  it('are read from elliptic curves and PSS too', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const ecText = `${encode({ alg: 'ES256' })}.${encode({})}`
    const ecSignature = createSign('sha256').update(ecText).sign({ key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
    const ecToken = decodeJwt(`${ecText}.${ecSignature.toString('base64url')}`)
    expect(ecToken && isSignedBy(ecToken, [ec.publicKey.export({ format: 'jwk' })])).toBe(true)
    expect(ecToken && isSignedBy(ecToken, [jwk])).toBe(false)
    const pssText = `${encode({ alg: 'PS256', kid: 'k' })}.${encode({})}`
    const pss = sign('sha256', Buffer.from(pssText), { key: rsa.privateKey, padding: 6, saltLength: 32 })
    const pssToken = decodeJwt(`${pssText}.${pss.toString('base64url')}`)
    expect(pssToken && isSignedBy(pssToken, [{ ...jwk, alg: 'PS256' }])).toBe(true)
  })
})

describe('claims of build jobs', () => {
  it('match as text with stars, in their own case', () => {
    const yes: [string, string][] = [
      ['acme/train', 'acme/train'],
      ['refs/tags/*', 'refs/tags/v1'],
      ['repo:acme/train:**', 'repo:acme/train:ref:refs/heads/main'],
      ['a*b*c', 'axxbyyc'],
      ['**', ''],
    ]
    for (const [pattern, value] of yes)
      expect([pattern, value, matchesPattern(pattern, value)]).toEqual([pattern, value, true])
    const no: [string, string][] = [
      ['acme/train', 'ACME/train'],
      ['acme/train', 'acme/train2'],
      ['refs/tags/*', 'refs/tags/a/b'],
      ['acme/*', 'acme-evil/x'],
      ['a.c', 'abc'],
    ]
    for (const [pattern, value] of no)
      expect([pattern, value, matchesPattern(pattern, value)]).toEqual([pattern, value, false])
  })

  it('take no longer for patterns made to be slow', () => {
    const startedMs = performance.now()
    expect(matchesPattern('*a'.repeat(100), 'a'.repeat(2000) + 'b')).toBe(false)
    expect(performance.now() - startedMs).toBeLessThan(2000)
  })

  it('must be there, and be text, a number or yes or no', () => {
    expect(matchesClaims({ run: '5', ok: 'true' }, { run: 5, ok: true })).toBe(true)
    expect(matchesClaims({ run: '5' }, {})).toBe(false)
    expect(matchesClaims({ toString: '**' }, {})).toBe(false)
    expect(matchesClaims({ list: '**' }, { list: ['x'] })).toBe(false)
  })

  it('must name the project and its owner', () => {
    expect(findPatternProblem('github', { repository: 'acme/train' })).toBe(null)
    expect(findPatternProblem('gitlab', { project_path: 'acme/group/*' })).toBe(null)
    expect(findPatternProblem('github', { sub: 'repo:acme/train:**' })).toBe(null)
    for (const patterns of [
      {},
      { ref: 'x' },
      { repository: '*/x' },
      { repository: '**' },
      { repository: 'ac*/x' },
      { sub: 'repo:*/x:**' },
      { repository_id: '1*' },
    ]) {
      expect(findPatternProblem('github', patterns)).toEqual(expect.any(String))
    }
    expect(findPatternProblem('gitlab', { repository: 'acme/train' })).toEqual(expect.any(String))
  })

  it('lead to a repository of any type, or a person', () => {
    expect(readTarget('acme/m')).toEqual({ type: 'model', name: 'acme/m' })
    expect(readTarget('datasets/acme/d')).toEqual({ type: 'dataset', name: 'acme/d' })
    expect(readTarget('ada')).toEqual({ type: 'user', name: 'ada' })
    for (const resource of ['', 'a//b', 'constructor/a/b', '/a', 'a/', 'a/b/c'])
      expect(() => readTarget(resource)).toThrow()
  })
})

describe('apps that show themselves', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it('do so in one way', () => {
    expect(readClient(undefined, { client_id: 'a' })).toEqual({ id: 'a', secret: null, isBasic: false })
    expect(readClient(basic('a%20b:s%3A'), {})).toEqual({ id: 'a b', secret: 's:', isBasic: true })
    expect(readClient(basic('a:100%'), {})).toEqual({ id: 'a', secret: '100%', isBasic: true })
    expect(readClient(basic('a:'), {})).toEqual({ id: 'a', secret: null, isBasic: true })
    expect(() => readClient(basic('a:b'), { client_secret: 'c' })).toThrow('two ways')
    expect(() => readClient(basic('a:b'), { client_id: 'c' })).toThrow('two apps')
    expect(() => readClient(basic('none'), {})).toThrow()
  })

  it('need their secret when they have to keep one', () => {
    const app = { secretHash: null, isPublic: true } as never
    const none = { secret: null, isBasic: false }
    expect(checkSecret(app, none).hasSecret).toBe(false)
    expect(() => checkSecret(app, { secret: 'x', isBasic: false })).toThrow()
    expect(() => checkSecret({ secretHash: 'x', isPublic: false } as never, none)).toThrow()
  })
})
