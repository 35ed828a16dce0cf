import { readConfig } from '@stoa/server'
import { describe, expect, it } from 'vitest'
import { explainStartError } from './start-or-explain.js'

const config = (environment: Record<string, string> = {}) => readConfig({ STOA_DATA_DIR: '/srv/stoa', ...environment })
const failure = (fields: object): Error => Object.assign(new Error('low-level words'), fields)

describe('why the platform did not start', () => {
  it('is told as one line with a way out', () => {
    const listen = { syscall: 'listen' }
    const cases: [object, string][] = [
      [{ ...listen, code: 'EADDRINUSE' }, 'STOA_PORT=3001'],
      [{ ...listen, code: 'EACCES' }, 'above 1023'],
      [{ ...listen, code: 'EADDRNOTAVAIL' }, 'STOA_HOST'],
      [{ code: 'ENOSPC', path: '/srv/stoa/x' }, 'is full'],
      [{ code: 'EROFS', path: '/srv/stoa', syscall: 'mkdir' }, 'choose another with STOA_DATA_DIR'],
      [{ name: 'DirectoryInUse', message: 'The folder is in use.\nmore' }, 'The folder is in use.'],
      [{ message: 'something\nelse' }, 'Stoa could not start: something'],
    ]
    for (const [fields, expected] of cases) {
      const line = explainStartError(failure(fields), config())
      expect(line).toContain(expected)
      expect(line).not.toContain('\n')
    }
  })

  it('tells what the database said, without the password in its address', () => {
    const postgres = config({ STOA_DATABASE_URL: 'postgres://me:hunter2@db.example:5433/stoa' })
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', '28P01', '3D000', '42501', '57P03']) {
      const line = explainStartError(failure({ code }), postgres)
      expect(line).toMatch(/^The database db\.example:5433\/stoa /)
      expect(line).not.toContain('hunter2')
    }
    const several = { errors: [failure({ code: 'ECONNREFUSED' }), failure({ code: 'ECONNREFUSED' })] }
    expect(explainStartError(failure(several), postgres)).toContain('connection refused')
  })
})
