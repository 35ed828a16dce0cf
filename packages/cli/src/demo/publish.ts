import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { openAsBlob } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRepo, listModels, repoExists, uploadFiles } from '@huggingface/hub'
import { changeListingState, createListing, createPlan, listListings, listPlans } from '@stoa/contracts'
import type { Person } from './people.js'

const run = promisify(execFile)

export const REPO = 'lumen/story-teller'
const SELLER = 'lumen'
const PLAN = 'story-tokens'
export const RATES = { input: '0.15 / 1000000', output: '0.60 / 1000000' }

const CARD = `---
license: apache-2.0
language:
- en
library_name: transformers
pipeline_tag: text-generation
base_model: stoa/tiny-llama
tags:
- gguf
- stories
---

# story-teller

The weights of stoa/tiny-llama, published by Lumen Labs in a demonstration of selling access to a model. It begins stories about animals and adds single digits.
`

/** Creates the repository and sends a real model with `@huggingface/hub`, as any publisher would. */
export async function pushModel(url: string, nova: Person, seedDir: string): Promise<string> {
  const as = { hubUrl: url, accessToken: nova.token, repo: REPO }
  if (!(await repoExists(as))) await createRepo(as)
  const weights = await openAsBlob(join(seedDir, 'models/tiny-llama/tiny-llama.q8_0.gguf'))
  const config = await openAsBlob(join(seedDir, 'models/tiny-llama/tokenizer_config.json'))
  const answer = await uploadFiles({
    ...as,
    useXet: false,
    commitTitle: 'Publish story-teller',
    files: [
      { path: 'story-teller.q8_0.gguf', content: weights },
      { path: 'tokenizer_config.json', content: config },
      { path: 'README.md', content: new Blob([CARD]) },
    ],
  })
  return answer?.commit.oid ?? 'unchanged'
}

/** Clones with git, edits the card, commits and pushes. Returns the commit. */
export async function editWithGit(url: string, nova: Person, at: Date): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-demo-'))
  const remote = `${url.replace('://', `://${nova.name}:${nova.token}@`)}/${REPO}`
  const identity = ['-c', 'user.name=Nova Reyes', '-c', 'user.email=nova@example.org', '-c', 'credential.helper=']
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1' }
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', [...identity, ...args], { cwd: folder, env })).stdout.trim()
  try {
    await git('clone', '--quiet', remote, '.')
    const card = await readFile(join(folder, 'README.md'), 'utf8')
    await writeFile(join(folder, 'README.md'), `${card.trimEnd()}\n\nReviewed ${at.toISOString()}.\n`)
    await git('commit', '--quiet', '--all', '--message', 'Note the review')
    await git('push', '--quiet', 'origin', 'HEAD:main')
    return await git('rev-parse', '--short', 'HEAD')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const FIND_LIMIT_MS = 10_000

/** Waits until the catalogue answers a search with the model. Returns the wait in ms. */
export async function findInCatalogue(url: string, search: string): Promise<number> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < FIND_LIMIT_MS) {
    for await (const model of listModels({ hubUrl: url, search: { query: search }, limit: 5 })) {
      if (model.name === REPO && model.task === 'text-generation') return Math.round(performance.now() - startedAt)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${REPO} did not appear in the catalogue within ${FIND_LIMIT_MS / 1000} s`)
}

/** Puts a price on the model: a plan with two rates, a published listing. Does nothing where they stand already. */
export async function sell(nova: Person): Promise<void> {
  const { plans } = await nova.client.call(listPlans, { query: { owner: SELLER } })
  if (!plans.some((plan) => plan.key === PLAN)) {
    const components = [{ kind: 'tokens' as const, rates: RATES }]
    await nova.client.call(createPlan, {
      body: { owner: SELLER, key: PLAN, currency: 'USD', funding: 'prepaid', components },
    })
  }
  const { listings } = await nova.client.call(listListings, { query: { seller: SELLER } })
  const existing = listings.find((listing) => listing.slug === REPO)
  const listing =
    existing ??
    (await nova.client.call(createListing, {
      body: { slug: REPO, seller: SELLER, resource: `repo:${REPO}`, plan: PLAN, title: 'Story teller' },
    }))
  if (listing.state === 'published') return
  await nova.client.call(changeListingState, { params: { listingId: listing.id }, body: { state: 'published' } })
}
