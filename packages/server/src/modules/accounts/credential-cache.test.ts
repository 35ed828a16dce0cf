import { describe, expect, it } from 'vitest'
import { createTestClock } from '../../kit/clock.js'
import { type Believed, createCredentialCache } from './credential-cache.js'

const believed = (userId: string, endsMs: number | null = null): Believed => ({
  actor: {
    kind: 'user',
    userId,
    name: userId,
    isAdmin: false,
    memberships: [],
    auth: { type: 'session', sessionId: 's' },
  },
  endsMs,
})

function setUp(answers: Record<string, Believed | null>) {
  const clock = createTestClock(new Date('2026-01-01T00:00:00Z'))
  const loads: string[] = []
  const cache = createCredentialCache(clock, async (key) => {
    loads.push(key)
    return answers[key] ?? null
  })
  return { clock, loads, cache, answers }
}

describe('the credential cache', () => {
  it('answers at once when warm', async () => {
    const { cache, loads } = setUp({ k: believed('u') })
    expect((await cache.get('k'))?.actor.userId).toBe('u')
    expect(cache.get('k')).not.toBeInstanceOf(Promise)
    expect(loads).toEqual(['k'])
  })

  it('does not remember what is unknown', async () => {
    const { cache, loads } = setUp({})
    expect(await cache.get('k')).toBeNull()
    expect(await cache.get('k')).toBeNull()
    expect(loads).toEqual(['k', 'k'])
  })

  it('looks again in the background after five seconds, and waits after ten', async () => {
    const { cache, clock, loads, answers } = setUp({ k: believed('u') })
    await cache.get('k')
    clock.advanceMs(6_000)
    expect(cache.get('k')).not.toBeInstanceOf(Promise)
    expect(loads).toHaveLength(2)
    clock.advanceMs(11_000)
    answers['k'] = null
    expect(await cache.get('k')).toBeNull()
  })

  it('ends a credential at its time, warm or not', async () => {
    const { cache, clock } = setUp({ k: believed('u', new Date('2026-01-01T00:00:03Z').getTime()) })
    await cache.get('k')
    clock.advanceMs(3_000)
    expect(cache.get('k')).toBeNull()
  })

  it('forgets a user at once, even while a lookup is under way', async () => {
    const { cache, answers } = setUp({ k: believed('u'), other: believed('v') })
    await cache.get('other')
    const early = cache.get('k')
    cache.forgetUser('u')
    answers['k'] = null
    await early
    expect(await cache.get('k')).toBeNull()
    expect(cache.get('other')).not.toBeInstanceOf(Promise)
  })
})
