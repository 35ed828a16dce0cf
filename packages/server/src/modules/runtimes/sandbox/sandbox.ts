import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelInfo, ReplicaSpec } from '../replica/port.js'
import { createForker, type ExitFacts, type Forker } from './forker-client.js'
import { type LaunchRequest, planLaunch, type SandboxLevel } from './launch-plan.js'
import { locateReplicaCode } from './replica-code.js'
import { buildSeccompFilter } from './seccomp.js'

const PROBE_MS = 10_000
const STOP_MS = 3_000
const MAX_LOG_LINES = 100
const SCRATCH_BYTES = 64 * 1024 * 1024
const REPORT = 'STOA '

export interface SandboxedModel {
  readonly id: string
  readonly spec: Omit<ReplicaSpec, 'socketPath'>
  readonly memoryBytes: number
  readonly startTimeoutMs: number
}

/** A running replica: an HTTP server on a unix socket. */
export interface Replica {
  readonly id: string
  readonly socketPath: string
  readonly info: ModelInfo
  /** Resolves when the process has ended, whatever the reason. */
  readonly exited: Promise<ExitFacts>
  log(): readonly string[]
  stop(): Promise<void>
}

/** A model that could not be loaded; `log` holds the last lines the process wrote. */
export class LoadFailure extends Error {
  readonly log: readonly string[]
  readonly isOutOfMemory: boolean

  constructor(message: string, log: readonly string[], isOutOfMemory: boolean) {
    super(message)
    this.name = 'LoadFailure'
    this.log = log
    this.isOutOfMemory = isOutOfMemory
  }
}

export interface Sandbox {
  /** The strongest level that works here; tried once. */
  level(): Promise<SandboxLevel>
  start(model: SandboxedModel): Promise<Replica>
  /** Runs any script inside the sandbox and gives back what it printed; what the tests of the walls use. */
  runScript(script: string, memoryBytes: number): Promise<{ output: string; exit: ExitFacts }>
  forkerPid(): Promise<number | undefined>
  stop(): Promise<void>
}

interface Ground {
  readonly forker: Forker
  readonly folder: string
  readonly entryFile: string
  readonly readPaths: readonly string[]
  readonly seccompFile: string | null
}

/** @param forced a level for tests; otherwise the strongest that works is found by trying */
export function createSandbox(forced: SandboxLevel | null = null): Sandbox {
  let ground: Promise<Ground> | null = null
  let level: Promise<SandboxLevel> | null = null
  const prepare = (): Promise<Ground> => (ground ??= layGround())
  const findLevel = (): Promise<SandboxLevel> => (level ??= forced ? Promise.resolve(forced) : tryLevels(prepare))
  return {
    level: findLevel,
    start: async (model) => startReplica(await prepare(), await findLevel(), model),
    runScript: async (script, memoryBytes) => runScript(await prepare(), await findLevel(), script, memoryBytes),
    forkerPid: async () => (await prepare()).forker.pid(),
    async stop() {
      if (!ground) return
      const { forker, folder } = await ground
      await forker.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function layGround(): Promise<Ground> {
  const code = locateReplicaCode()
  const folder = await mkdtemp(join(tmpdir(), 'stoa-'))
  await chmod(folder, 0o700)
  const filter = buildSeccompFilter(process.arch)
  const seccompFile = filter ? join(folder, 'seccomp.bpf') : null
  if (filter && seccompFile) await writeFile(seccompFile, filter)
  return {
    forker: createForker(code.forkerFile),
    folder,
    entryFile: code.entryFile,
    readPaths: code.readPaths,
    seccompFile,
  }
}

async function tryLevels(prepare: () => Promise<Ground>): Promise<SandboxLevel> {
  const ground = await prepare()
  for (const level of ['bwrap', 'namespaces'] as const) {
    const probe = await runScript(ground, level, 'process.stdout.write("works\\n")', 512 * 1024 * 1024).catch(
      () => null,
    )
    if (probe?.exit.code === 0 && probe.output.includes('works')) return level
  }
  return 'plain'
}

async function runScript(
  ground: Ground,
  level: SandboxLevel,
  script: string,
  memoryBytes: number,
): Promise<{ output: string; exit: ExitFacts }> {
  const writeDir = await mkdtemp(join(ground.folder, 'run-'))
  const lines: string[] = []
  const request = { args: ['-e', script], readPaths: ground.readPaths, writeDir, scratchBytes: SCRATCH_BYTES }
  const exit = await new Promise<ExitFacts>((resolve) => {
    const started = launch(ground, level, writeDir.slice(-6), request, memoryBytes, {
      onLine: (_, text) => void (lines.length < MAX_LOG_LINES && lines.push(text)),
      onExit: resolve,
    })
    setTimeout(() => started.kill('SIGKILL'), PROBE_MS).unref()
  })
  await rm(writeDir, { recursive: true, force: true })
  return { output: lines.join('\n'), exit }
}

function launch(
  ground: Ground,
  level: SandboxLevel,
  id: string,
  request: LaunchRequest,
  memoryBytes: number,
  events: Parameters<Forker['spawn']>[2],
) {
  const plan = planLaunch(level, request, ground.seccompFile !== null)
  const seccompFile = plan.needsSeccomp ? ground.seccompFile : null
  return ground.forker.spawn(id, { command: plan.command, args: plan.args, memoryBytes, seccompFile }, events)
}

async function startReplica(ground: Ground, level: SandboxLevel, model: SandboxedModel): Promise<Replica> {
  const writeDir = await mkdtemp(join(ground.folder, 'r-'))
  const socketPath = join(writeDir, 's')
  const spec: ReplicaSpec = { ...model.spec, socketPath }
  const request: LaunchRequest = {
    args: [ground.entryFile, JSON.stringify(spec)],
    readPaths: [...ground.readPaths, ground.entryFile, spec.modelDir],
    writeDir,
    scratchBytes: SCRATCH_BYTES,
  }
  const log: string[] = []
  let onReport: (report: { type: string; info?: ModelInfo; message?: string }) => void = () => {}
  let onExit: (facts: ExitFacts) => void = () => {}
  const exited = new Promise<ExitFacts>((resolve) => {
    onExit = resolve
  })
  const started = launch(ground, level, writeDir.slice(-6), request, model.memoryBytes, {
    onLine: (stream, text) => {
      if (stream === 'out' && text.startsWith(REPORT)) onReport(JSON.parse(text.slice(REPORT.length)))
      else if (log.push(text) > MAX_LOG_LINES) log.shift()
    },
    onExit: (facts) => {
      onExit(facts)
      void rm(writeDir, { recursive: true, force: true })
    },
  })
  const stop = async (): Promise<void> => {
    started.kill('SIGTERM')
    const timer = setTimeout(() => started.kill('SIGKILL'), STOP_MS)
    await exited
    clearTimeout(timer)
  }
  const info = await waitUntilReady(model, log, exited, (handler) => {
    onReport = handler
  }).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { id: model.id, socketPath, info, exited, log: () => log, stop }
}

function waitUntilReady(
  model: SandboxedModel,
  log: readonly string[],
  exited: Promise<ExitFacts>,
  listen: (handler: (report: { type: string; info?: ModelInfo; message?: string }) => void) => void,
): Promise<ModelInfo> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, isOutOfMemory = false): void => {
      clearTimeout(timer)
      reject(new LoadFailure(message, [...log], isOutOfMemory))
    }
    const timer = setTimeout(
      () => fail(`The model was not ready after ${model.startTimeoutMs} ms.`),
      model.startTimeoutMs,
    )
    listen((report) => {
      if (report.type !== 'ready' || !report.info) return fail(report.message ?? 'The model could not be loaded.')
      clearTimeout(timer)
      resolve(report.info)
    })
    void exited.then((facts) =>
      fail(
        facts.isOutOfMemory
          ? `The model needs more memory than its limit of ${model.memoryBytes} bytes.`
          : `The process ended while loading (${facts.signal ?? `exit ${facts.code}`}).`,
        facts.isOutOfMemory,
      ),
    )
  })
}
