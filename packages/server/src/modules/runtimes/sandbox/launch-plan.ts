import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { dirname } from 'node:path'

/** From strongest to weakest; what each keeps out is told in the module's README. */
export type SandboxLevel = 'bwrap' | 'namespaces' | 'plain'

/** What one sandboxed process may touch. */
export interface LaunchRequest {
  /** Arguments of node: the script and its own arguments. */
  readonly args: readonly string[]
  readonly readPaths: readonly string[]
  /** Folder of the socket, the only place that may be written. */
  readonly writeDir: string
  readonly scratchBytes: number
}

export interface LaunchPlan {
  readonly command: string
  readonly args: readonly string[]
  /** Read through this file descriptor by `bwrap --seccomp`. */
  readonly needsSeccomp: boolean
}

/** Number of the file descriptor the forker hands the filter over on. */
export const SECCOMP_FD = 3

const SYSTEM_LINKS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
const SYSTEM_FILES = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives']

export function planLaunch(level: SandboxLevel, request: LaunchRequest, hasSeccomp: boolean): LaunchPlan {
  if (level === 'bwrap') return planBubblewrap(request, hasSeccomp)
  const node = [process.execPath, ...permissionFlags(request), ...request.args]
  if (level === 'plain') return { command: node[0] ?? process.execPath, args: node.slice(1), needsSeccomp: false }
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user']
  const namespaces = [...user, '--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child=KILL', '--', ...node]
  return { command: 'unshare', args: namespaces, needsSeccomp: false }
}

/** compute.md §3: nothing of the host but system libraries, node, the packages, the model and one socket folder. */
function planBubblewrap(request: LaunchRequest, hasSeccomp: boolean): LaunchPlan {
  const isolation = [
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL', '--clearenv', '--hostname', 'replica', '--uid', '65534', '--gid', '65534'],
    ...['--setenv', 'HOME', '/tmp', '--setenv', 'PATH', '/usr/bin', '--setenv', 'TMPDIR', '/tmp'],
  ]
  const mounts = [
    ...systemMounts(),
    ...['--dev', '/dev', '--proc', '/proc'],
    ...['--size', String(request.scratchBytes), '--tmpfs', '/tmp', '--size', '65536', '--tmpfs', '/run'],
    ...request.readPaths.flatMap((path) => ['--ro-bind', path, path]),
    ...nodeMount(),
    ...['--bind', request.writeDir, request.writeDir],
    ...['--remount-ro', '/', '--chdir', '/'],
  ]
  const seccomp = hasSeccomp ? ['--seccomp', String(SECCOMP_FD)] : []
  const args = [...isolation, ...mounts, ...seccomp, '--', process.execPath, ...request.args]
  return { command: 'bwrap', args, needsSeccomp: hasSeccomp }
}

function systemMounts(): string[] {
  const links = SYSTEM_LINKS.filter((path) => existsSync(path)).flatMap((path) =>
    lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path],
  )
  return ['--ro-bind', '/usr', '/usr', ...links, ...SYSTEM_FILES.flatMap((path) => ['--ro-bind-try', path, path])]
}

/** A node outside of /usr (nvm, a tarball) is bound with its own folder tree. */
function nodeMount(): string[] {
  if (process.execPath.startsWith('/usr/')) return []
  const prefix = dirname(dirname(process.execPath))
  return prefix === '/' ? ['--ro-bind', process.execPath, process.execPath] : ['--ro-bind', prefix, prefix]
}

/** Node's own permission model: reads and writes are limited to the named paths, no child processes, no workers. */
function permissionFlags(request: LaunchRequest): string[] {
  const isStable = process.allowedNodeEnvironmentFlags.has('--permission')
  return [
    isStable ? '--permission' : '--experimental-permission',
    '--no-warnings',
    '--allow-addons',
    ...[...request.readPaths, '/proc', '/sys/devices', '/etc', '/usr', request.writeDir].map(
      (path) => `--allow-fs-read=${path}`,
    ),
    `--allow-fs-write=${request.writeDir}`,
  ]
}
