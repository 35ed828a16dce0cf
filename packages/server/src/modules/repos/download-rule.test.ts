import type { IncomingHttpHeaders } from 'node:http'
import { expect, it } from 'vitest'
import { isDownload } from './download-rule.js'

const marked = { 'x-hf-download-counter': '1', 'user-agent': 'unknown/None; hf_hub/2.4.0; python/3.11' }
const old = { 'user-agent': 'unknown/None; hf_hub/1.20.1; python/3.11' }
const page = { 'sec-fetch-mode': 'cors', 'user-agent': 'Mozilla/5.0' }

it.each<[string, string, IncomingHttpHeaders, { isXet?: boolean; isSaved?: boolean }, boolean]>([
  ['a marked file', 'GET', marked, {}, true],
  ['a marked file from its first byte', 'GET', { ...marked, range: 'bytes=0-99' }, {}, true],
  ['a marked rest', 'GET', { ...marked, range: 'bytes=100-' }, {}, false],
  ['a marked question', 'HEAD', marked, {}, false],
  ['a marked question whose answer leads to the Xet store', 'HEAD', marked, { isXet: true }, true],
  [
    'a read of the file system of a client that marks downloads',
    'GET',
    { 'user-agent': marked['user-agent'] },
    {},
    false,
  ],
  ['a whole file by an older client', 'GET', old, {}, true],
  ['a whole file by 1.31', 'GET', { 'user-agent': 'x; hf_hub/1.31.9; y' }, {}, true],
  ['a whole file by 1.32 without a mark', 'GET', { 'user-agent': 'x; hf_hub/1.32.0; y' }, {}, false],
  ['a part by an older client', 'GET', { ...old, range: 'bytes=0-' }, {}, false],
  ['a question by an older client', 'HEAD', old, { isXet: true }, false],
  ['a whole file by any program', 'GET', { 'user-agent': 'curl/8.5.0' }, {}, true],
  ['a page that shows the file', 'GET', page, {}, false],
  ['a page that saves it', 'GET', page, { isSaved: true }, true],
  ['a link that was followed', 'GET', { ...page, 'sec-fetch-mode': 'navigate' }, {}, true],
  ['another value of the mark', 'GET', { ...marked, 'x-hf-download-counter': '0' }, {}, false],
])('%s', (_title, method, headers, more, expected) => {
  expect(isDownload({ method, headers, isXet: false, isSaved: false, ...more })).toBe(expected)
})
