import { expect, it } from 'vitest'
import { readPass, writePass } from './holder.js'

const holder = { userId: 'u1', credential: 't9' }

it('passes are read as they were written', () => {
  for (const pass of [
    { home: 'repo', repoId: 'r1', holder },
    { home: 'bucket', repoId: 'b1', holder: null },
  ] as const) {
    expect(readPass(writePass(pass))).toEqual(pass)
  }
})

it('what is no pass is none', () => {
  for (const text of ['', 'r', 'r.', 'x.r1', 'r.r1.u1', 'r.r1.u1.t9.more', 'r1.u1.t9'])
    expect(readPass(text)).toBeNull()
})
