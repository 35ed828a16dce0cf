import { expect, it } from 'vitest'
import { isLoopbackUrl } from './loopback.js'

const resolving =
  (...addresses: string[]) =>
  async () =>
    addresses

it('knows this machine by address, by localhost, or by a name that leads here and nowhere else', async () => {
  for (const url of [
    'http://127.0.0.1:3000',
    'http://127.9.9.9',
    'http://[::1]:80',
    'http://localhost',
    'http://hub.localhost:1',
  ]) {
    expect(await isLoopbackUrl(url, resolving()), url).toBe(true)
  }
  expect(await isLoopbackUrl('https://hub-ci.huggingface.co', resolving('127.0.0.1'))).toBe(true)
  expect(await isLoopbackUrl('https://hub-ci.huggingface.co', resolving('127.0.0.1', '::1'))).toBe(true)
})

it('refuses every other place', async () => {
  expect(await isLoopbackUrl('https://hub.example', resolving('93.184.216.34'))).toBe(false)
  expect(await isLoopbackUrl('https://hub.example', resolving('127.0.0.1', '93.184.216.34'))).toBe(false)
  expect(await isLoopbackUrl('https://hub.example', resolving())).toBe(false)
  expect(await isLoopbackUrl('https://127.0.0.1.example.org', async () => Promise.reject(new Error('ENOTFOUND')))).toBe(
    false,
  )
  expect(await isLoopbackUrl('http://0.0.0.0:3000', resolving('0.0.0.0'))).toBe(false)
})
