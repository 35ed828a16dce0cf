import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLog, readConfig, type Running, start } from '@stoa/server'
import { ask, askAtOnce, openaiClient, revenueOf, settled, walletMicros } from './buy.js'
import { enter, type Person } from './people.js'
import { editWithGit, findInCatalogue, pushModel, REPO, sell } from './publish.js'
import { createSteps, dollars, type Steps } from './steps.js'

const SEED_DIR = fileURLToPath(new URL('../../../../seed/', import.meta.url))
const DATA_DIR = 'data-demo'

/** The main job of the platform, done for real: publish, find, call, pay. Leaves the server running unless `isExit`. */
export async function runDemo(environment: NodeJS.ProcessEnv, isExit: boolean): Promise<number> {
  const steps = createSteps()
  const dataDir = resolve(environment['STOA_DATA_DIR'] ?? DATA_DIR)
  const password = demoPassword(dataDir)
  const running = await startPlatform(steps, { ...environment, STOA_DEMO_PASSWORD: password }, dataDir)
  const { nova, sam } = await people(steps, running.url, password)
  await publish(steps, running.url, nova)
  await buy(steps, running.url, nova, sam)
  tellPages(running.url, password, await running.app.accounts.makeAdminLink())
  if (isExit) await running.stop()
  return 0
}

/** One password for the people of the demo, made on the first run and kept beside its data. */
function demoPassword(dataDir: string): string {
  // Beside the data folder, not in it: the server takes only folders that are empty or its own.
  const path = `${dataDir}-password`
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const password = randomBytes(12).toString('base64url')
  writeFileSync(path, `${password}\n`, { mode: 0o600 })
  return password
}

function startPlatform(steps: Steps, environment: NodeJS.ProcessEnv, dataDir: string): Promise<Running> {
  return steps.run('Start the platform and seed it from a manifest', async (say) => {
    const config = readConfig({ ...environment, STOA_DATA_DIR: dataDir, STOA_BOOTSTRAP: join(SEED_DIR, 'demo.yaml') })
    const running = await start(config, { log: createLog(() => {}), environment })
    say(`${running.url}   data in ${dataDir}   ${Math.round(process.memoryUsage().rss / 1e6)} MB in memory`)
    return running
  })
}

function people(steps: Steps, url: string, password: string): Promise<{ nova: Person; sam: Person }> {
  return steps.run('Nova (publisher) and Sam (developer) sign in and make keys', async (say) => {
    const nova = await enter(url, 'nova', password)
    const sam = await enter(url, 'sam', password)
    say(`keys ${nova.token.slice(0, 7)}… and ${sam.token.slice(0, 7)}…, stored only as hashes`)
    return { nova, sam }
  })
}

async function publish(steps: Steps, url: string, nova: Person): Promise<void> {
  await steps.run('Nova pushes a real model with @huggingface/hub', async (say) => {
    const oid = await pushModel(url, nova, SEED_DIR)
    say(`${REPO} at ${oid.slice(0, 9)}`)
  })
  await steps.run('Nova edits the card with git and pushes', async (say) => {
    say(`commit ${await editWithGit(url, nova, new Date())}`)
  })
  await steps.run('The catalogue has it, with the task read from the card', async (say) => {
    say(`found by searching "story" after ${await findInCatalogue(url, 'story')} ms`)
  })
  await steps.run('Nova sells access: $0.15 in, $0.60 out per million tokens', async (say) => {
    await sell(nova)
    say('platform fee 15 %, shown before anybody buys')
  })
}

async function buy(steps: Steps, url: string, nova: Person, sam: Person): Promise<void> {
  const before = { wallet: await walletMicros(sam), revenue: await revenueOf(nova, 'lumen') }
  const client = openaiClient(url, sam)
  await steps.run('Sam calls it with the openai SDK, streaming', async (say) => {
    const call = await ask(client, 'Tell me a story about a fox.')
    say(`"${call.text}"`)
    say(
      `${call.inputTokens} tokens in, ${call.outputTokens} out, first token after ${call.firstTokenMs} ms (a cold model)`,
    )
  })
  await steps.run('… and once more, not streaming, now warm', async (say) => {
    const call = await askAtOnce(client, 'What is 3 plus 4?')
    say(`"${call.text}"   ${call.inputTokens} in, ${call.outputTokens} out, ${dollars(call.costMicros)}`)
  })
  await steps.run('The calls are settled in the double-entry ledger', async (say) => {
    const { spent, revenue } = await settled(sam, nova, before)
    const fee = revenue.feeMicros - before.revenue.feeMicros
    const net = revenue.netMicros - before.revenue.netMicros
    if (fee + net !== spent) throw new Error(`the split does not add up: ${fee} + ${net} is not ${spent}`)
    say(
      `Sam paid ${dollars(spent)} = Lumen Labs ${dollars(net)} + platform ${dollars(fee)}   (${percent(fee, spent)} after rounding to whole micros)`,
    )
    say(`Sam's wallet: ${dollars(before.wallet)} → ${dollars(before.wallet - spent)}`)
  })
}

const percent = (part: bigint, whole: bigint): string => `${Number((part * 1000n) / whole) / 10} %`

function tellPages(url: string, password: string, adminLink: string | null): void {
  const lines = [
    '',
    'See it in the browser:',
    `  ${url}/${REPO}          the model page`,
    `  ${url}/playground?model=${REPO}`,
    `  ${url}/billing/usage     what Sam used, to the micro`,
    `  ${url}/market/sell       what Lumen Labs earned`,
    `Sign in as nova or sam with the password ${password}`,
    ...(adminLink === null ? [] : [`Or run the place: ${adminLink} makes you its admin, once`]),
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
