import { expect, it } from 'vitest'
import { drawAvatar } from './avatar.js'

it('draws one steady picture per account', () => {
  const one = drawAvatar('62f264b9f3c90f4b6514a269')
  expect(one).toBe(drawAvatar('62f264b9f3c90f4b6514a269'))
  expect(one).not.toBe(drawAvatar('62f264b9f3c90f4b6514a270'))
  expect(one).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 80 80"/)
  expect(one.length).toBeLessThan(2000)
})
