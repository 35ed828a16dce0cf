import { type ErrorCode, ERRORS, type Family, refuse } from '@stoa/contracts'
import { describe, expect, it } from 'vitest'
import { DIALECTS } from './dialects.js'

const CODES = Object.keys(ERRORS) as ErrorCode[]

/** Families whose clients read the code from a header (hub-api 1.4). */
describe.each<Family>(['hub', 'git', 'lfs', 'xet', 'storage', 'inference'])('the dialect of %s', (family) => {
  it('carries the code and a legal text for every refusal there is', () => {
    for (const code of CODES) {
      const { status, headers } = DIALECTS[family](refuse(code, 'Ünïcode „quotes“\nand a second line'), 'id')
      expect([code, headers['x-error-code'], status]).toEqual([code, code, ERRORS[code].status])
      expect(headers['x-error-message']).toMatch(/^[\x20-\x7e\xa0-\xff]+$/)
    }
  })
})
