import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { peekParquet } from './peek-parquet.js'

/** Written by Arrow: three rows of an int64, a text and a double, Snappy. */
const FILE = Buffer.from(
  'UEFSMRUAFTwVNiwVBhUAFQYVBhwAAAAeHAIAAAAGAQEACQEBDiwAAAAAAwAAAAAAAAAVABU2FTosFQYVABUGFQYcAAAAG2gCAAAAAwMDAAAAb25lCgAAAHR3bywgdGhyZWUVABU8FTgsFQYVABUGFQYcAAAAHhgCAAAABgEABQEE4D8FBygA+D8AAAAAAAAAwBUEGUw1ABgGc2NoZW1hFQYAFQQlAhgCaWQAFQwlAhgEd29yZCUATBwAAAAVCiUCGAVzY29yZQAWBhkcGTwmABwVBBklBgAZGAJpZBUCFgYWYhZcJghJHBUAFQAVAgA8KQYZJgAGAAAAJgAcFQwZJQYAGRgEd29yZBUCFgYWXBZgJmRJHBUAFQAVAgA8FhoZBhkmAgQAAAAmABwVChklBgAZGAVzY29yZRUCFgYWYhZeJsQBSRwVABUAFQIAPCkGGSYABgAAABagAhYGJggWmgIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRk8HAAAHAAAHAAAAP8AAABQQVIx',
  'base64',
)
const MAX_CPU_MS = 1_500
const never = new AbortController().signal

let server: Server
let shown: Buffer = FILE
beforeAll(async () => {
  server = createServer((request, response) => {
    const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    response.writeHead(206).end(shown.subarray(Number(from), Number(to) + 1))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const peek = (bytes: Buffer) => {
  shown = bytes
  return peekParquet(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bytes.length, never)
}

it('tells rows, columns and types, and shows the first rows', async () => {
  const { rowCount, columns, rows, createdBy } = await peek(FILE)
  expect(rowCount).toBe(3)
  expect(columns.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'int64'],
    ['word', 'text'],
    ['score', 'float64'],
  ])
  expect(rows.map((row) => row.slice(0, 2))).toEqual([
    ['1', 'one'],
    ['2', 'two, three'],
    ['3', expect.any(String)],
  ])
  expect(createdBy).toContain('parquet-cpp')
})

it('ends soon on 500 damaged files, with rows or with an error', async () => {
  let state = 7
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state % below
  }
  let slowest = 0
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(FILE)
    for (let hits = 1 + random(4); hits > 0; hits--) bytes[random(bytes.length)] = random(256)
    const before = process.cpuUsage()
    const outcome = await peek(random(8) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes).then(
      ({ rows }) => rows,
      (error: unknown) => error,
    )
    const { user, system } = process.cpuUsage(before)
    slowest = Math.max(slowest, (user + system) / 1000)
    expect(Array.isArray(outcome) ? outcome.length <= 100 : outcome instanceof Error).toBe(true)
  }
  expect(slowest).toBeLessThan(MAX_CPU_MS)
}, 60_000)
