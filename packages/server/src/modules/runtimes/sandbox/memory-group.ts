import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group that kills its processes when they pass their memory limit. */
export interface MemoryGroup {
  /** A process that writes its id here is in the group, with all it starts. */
  readonly procsFile: string
  /** Whether the kernel killed something in it for memory. */
  isOutOfMemory(): boolean
  remove(): void
}

const V1_ROOT = '/sys/fs/cgroup/memory'
const V2_ROOT = '/sys/fs/cgroup'

/** Makes a group where the host lets us, version 2 or 1; null when it does not. Found out by trying. */
export function createMemoryGroup(name: string, limitBytes: number): MemoryGroup | null {
  if (!existsSync('/proc/self/cgroup')) return null
  const groups = readFileSync('/proc/self/cgroup', 'utf8').split('\n')
  return tryVersion2(groups, name, limitBytes) ?? tryVersion1(groups, name, limitBytes)
}

function tryVersion1(groups: readonly string[], name: string, limitBytes: number): MemoryGroup | null {
  const own = groups.find((line) => line.split(':')[1]?.split(',').includes('memory'))
  if (own === undefined) return null
  const folder = join(V1_ROOT, own.slice(own.lastIndexOf(':') + 1), name)
  return tryCreate(folder, () => {
    writeFileSync(join(folder, 'memory.limit_in_bytes'), String(limitBytes))
    if (existsSync(join(folder, 'memory.memsw.limit_in_bytes'))) {
      writeFileSync(join(folder, 'memory.memsw.limit_in_bytes'), String(limitBytes))
    }
    return 'memory.oom_control'
  })
}

function tryVersion2(groups: readonly string[], name: string, limitBytes: number): MemoryGroup | null {
  const own = groups.find((line) => line.startsWith('0::'))
  if (own === undefined || !existsSync(join(V2_ROOT, 'cgroup.controllers'))) return null
  const parent = join(V2_ROOT, own.slice('0::'.length))
  const folder = join(parent, name)
  return tryCreate(folder, () => {
    if (!existsSync(join(folder, 'memory.max'))) writeFileSync(join(parent, 'cgroup.subtree_control'), '+memory')
    writeFileSync(join(folder, 'memory.max'), String(limitBytes))
    if (existsSync(join(folder, 'memory.swap.max'))) writeFileSync(join(folder, 'memory.swap.max'), '0')
    writeFileSync(join(folder, 'memory.oom.group'), '1')
    return 'memory.events'
  })
}

function tryCreate(folder: string, setUp: () => string): MemoryGroup | null {
  try {
    mkdirSync(folder)
    const eventsFile = join(folder, setUp())
    return {
      procsFile: join(folder, 'cgroup.procs'),
      isOutOfMemory: () => /oom_kill [1-9]/.test(readFileSync(eventsFile, 'utf8')),
      remove: () => removeFolder(folder),
    }
  } catch {
    removeFolder(folder)
    return null
  }
}

/** A group that is still emptying stays; it holds nothing and goes with the host. */
function removeFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    return
  }
}
