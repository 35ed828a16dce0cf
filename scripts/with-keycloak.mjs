// with-keycloak.mjs COMMAND…: runs a command beside a real identity provider (Keycloak) and sets STOA_TEST_KEYCLOAK_URL.
// with-keycloak.mjs --prepare: only fetches and builds it. Needs java 17 or newer, mvn and unzip; 160 MB from Maven Central, once.
// Its admin is `admin` with the password `admin`; suites make realms of their own. Everything it stores is removed afterwards.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, runCommand, stopChild, waitUntil } from './service-process.mjs'

const VERSION = '26.4.0'
const READY_MS = 150_000
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stoa')
const HOME = join(CACHE, `keycloak-${VERSION}`)

function run(command, args) {
  const { status } = spawnSync('nice', [command, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ended with ${status}`)
}

/** Fetched and built beside its place, then moved there, so that a run that was stopped leaves nothing half done. */
function prepare() {
  if (existsSync(HOME)) return
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'keycloak-new-'))
  try {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`
    run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`])
    run('unzip', ['-q', join(folder, `keycloak-quarkus-dist-${VERSION}.zip`), '-d', folder])
    const made = join(folder, `keycloak-${VERSION}`)
    run(join(made, 'bin/kc.sh'), ['build', '--db=dev-mem', '--health-enabled=false', '--metrics-enabled=false'])
    if (!existsSync(HOME)) renameSync(made, HOME)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

prepare()
if (process.argv[2] !== '--prepare') {
  // A copy: the server writes into its own folder.
  const folder = mkdtempSync(join(tmpdir(), 'stoa-keycloak-'))
  const home = join(folder, 'keycloak')
  cpSync(HOME, home, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const listen = ['--http-enabled=true', '--http-host=127.0.0.1', `--http-port=${port}`, `--hostname=${url}`]
  // In a group of its own: the script that starts java does not pass signals on.
  const child = spawn(join(home, 'bin/kc.sh'), ['start', '--optimized', '--cache=local', ...listen], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m',
    },
    detached: true,
  })
  try {
    await waitUntil(() => fetch(`${url}/realms/master`).then((answer) => answer.ok), READY_MS, child)
    process.exitCode = await runCommand({ STOA_TEST_KEYCLOAK_URL: url })
  } finally {
    // The whole group: the script first, then java.
    child.kill = (signal) => process.kill(-child.pid, signal)
    await stopChild(child)
    rmSync(folder, { recursive: true, force: true })
  }
}
