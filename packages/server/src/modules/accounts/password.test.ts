import { describe, expect, it } from 'vitest'
import { findPasswordProblem, hashPassword, verifyPassword } from './password.js'

describe('passwords', () => {
  it('are refused when short, repeated, common or the own name', async () => {
    const words = ['margherita', 'margherita.rossi@example.org']
    const weak = ['short', 'x'.repeat(300), 'aaaaaaaaaaaa', 'abababababab', '1234567890', '0987654321', '8462951730']
    for (const password of [...weak, 'password123!', 'Welcome2026!', 'qwertyuiop', 'Margherita', 'margherita.rossi1']) {
      expect(await findPasswordProblem(password, words), password).toMatch(/\.$/)
    }
  })

  it('are taken when nobody would guess them', async () => {
    for (const password of [
      'correct horse battery',
      'Tq9#mmzL!p',
      'ein langer deutscher Satz',
      '🦊🦊🐻🐼🐨🐯🦁🐮🐷🐸',
    ]) {
      expect(await findPasswordProblem(password, ['alice', null]), password).toBeNull()
    }
  })

  it('are refused when leaked elsewhere, also disguised, and the message says so', async () => {
    for (const password of [
      'basketball',
      'Ba$k3tb4ll1',
      'monkeymonkey',
      'dragon!2019',
      'llabteksab',
      '1q2w3e4r5t',
      '!!sunshine99',
    ]) {
      expect(await findPasswordProblem(password, []), password).toMatch(/leaked elsewhere/)
    }
    expect(await findPasswordProblem('dragon 8f7g2k1x tail', [])).toBeNull()
  })

  it('are stored as Argon2id and told apart', async () => {
    const stored = await hashPassword('correct horse battery')
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await verifyPassword(stored, 'correct horse battery')).toBe(true)
    expect(await verifyPassword(stored, 'correct horse batterz')).toBe(false)
  })

  it('are the same in either Unicode form', async () => {
    const stored = await hashPassword('caf\u00e9 au lait bien chaud')
    expect(await verifyPassword(stored, 'cafe\u0301 au lait bien chaud')).toBe(true)
  })

  it('of unknown people take as long and are never right', async () => {
    const stored = await hashPassword('correct horse battery')
    const timed = async (hash: string | null): Promise<number> => {
      const start = process.hrtime.bigint()
      expect(await verifyPassword(hash, 'a wrong password')).toBe(false)
      return Number(process.hrtime.bigint() - start)
    }
    await timed(null)
    const [known, unknown] = [await timed(stored), await timed(null)]
    expect(unknown).toBeGreaterThan(known / 4)
  })
})
