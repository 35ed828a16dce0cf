import { expect, it } from 'vitest'
import { warmCheck } from './warm-check.js'

it('checks its pack to the end, in steps that let others in', async () => {
  let turns = 0
  const counting = setInterval(() => turns++, 1)
  await warmCheck(new AbortController().signal, { waitMs: 0, passes: 3 })
  clearInterval(counting)
  expect(turns).toBeGreaterThan(3)
})

it('ends at once when the server stops, before its first step and between two', async () => {
  const early = new AbortController()
  const waiting = warmCheck(early.signal, { waitMs: 60_000 })
  early.abort()
  await waiting
  const late = new AbortController()
  const working = warmCheck(late.signal, { waitMs: 0, passes: 1_000_000 })
  setTimeout(() => late.abort(), 50)
  await working
})
