import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PROGRAM = '/usr/sbin/slapd'
const READY_MS = 15_000

/** A real OpenLDAP server on loopback with a small directory: people, groups, groups in groups. */
export interface Slapd {
  /** `ldap://…`, which also offers StartTLS. */
  readonly url: string
  readonly tlsUrl: string
  /** The authority of its certificate. */
  readonly caPem: string
  readonly base: string
  readonly admin: { readonly dn: string; readonly password: string }
  /** Applies changes written as LDIF. */
  modify(ldif: string): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts one, or answers null, loudly, where none is installed (Debian: slapd, ldap-utils, openssl). Under `CI=true` with
 * `ldap` in STOA_TEST_REQUIRE it must be there.
 */
export async function startSlapd(): Promise<Slapd | null> {
  if (!existsSync(PROGRAM)) {
    const required = (process.env['STOA_TEST_REQUIRE'] ?? '').split(',')
    if (process.env['CI'] === 'true' && required.includes('ldap'))
      throw new Error('CI requires slapd, which is missing')
    process.stderr.write('\nSKIPPED: slapd is not installed, so nothing was tested against a real directory.\n')
    return null
  }
  const folder = mkdtempSync(join(tmpdir(), 'stoa-slapd-'))
  mkdirSync(join(folder, 'db'))
  await makeCertificates(folder)
  const [port, tlsPort] = [await freePort(), await freePort()]
  writeFileSync(join(folder, 'slapd.conf'), configOf(folder))
  writeFileSync(join(folder, 'seed.ldif'), SEED)
  await run('slapadd', ['-f', join(folder, 'slapd.conf'), '-l', join(folder, 'seed.ldif')])
  const url = `ldap://127.0.0.1:${port}`
  const tlsUrl = `ldaps://127.0.0.1:${tlsPort}`
  const child = spawn(PROGRAM, ['-f', join(folder, 'slapd.conf'), '-h', `${url} ${tlsUrl}`, '-d', '0'], {
    stdio: 'ignore',
  })
  await waitForPort(port, child)
  return {
    ...{ url, tlsUrl, base: BASE, admin: ADMIN },
    caPem: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    modify: async (ldif) => {
      const file = join(folder, 'change.ldif')
      writeFileSync(file, ldif)
      await run('ldapmodify', ['-x', '-H', url, '-D', ADMIN.dn, '-w', ADMIN.password, '-f', file])
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const BASE = 'dc=example,dc=test'
const ADMIN = { dn: `cn=admin,${BASE}`, password: 'admin' }

/** Attributes of Active Directory stand beside those of OpenLDAP, so that both shapes can be tried. */
const configOf = (folder: string): string => `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9.9 NAME 'adPerson' SUP top AUXILIARY MAY ( userAccountControl $ objectGUID $ sAMAccountName ) )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/server.pem
TLSCertificateKeyFile ${folder}/server.key
database mdb
suffix "${BASE}"
rootdn "${ADMIN.dn}"
rootpw ${ADMIN.password}
directory ${folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by users read
`

const person = (uid: string, cn: string, more = ''): string => `dn: uid=${uid},ou=people,${BASE}
objectClass: inetOrgPerson
objectClass: adPerson
uid: ${uid}
cn: ${cn}
sn: ${cn.split(' ').at(-1)}
mail: ${uid}@example.test
userPassword: pw-${uid}
${more}`

const group = (cn: string, ...members: string[]): string => `dn: cn=${cn},ou=groups,${BASE}
objectClass: groupOfNames
cn: ${cn}
${members.map((member) => `member: ${member},${BASE}`).join('\n')}
`

const unit = (ou: string): string => `dn: ou=${ou},${BASE}
objectClass: organizationalUnit
ou: ${ou}
`

const SEED = [
  `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example
`,
  unit('people'),
  unit('groups'),
  // objectGUID holds bytes that are no text.
  person(
    'ada',
    'Ada Lovelace',
    'sAMAccountName: ada\nobjectGUID:: /wCAAQIDBAUGBwgJCgsMDQ==\nuserAccountControl: 512\n',
  ),
  person('bob', 'Bob Ross', 'sAMAccountName: bob\nobjectGUID:: AQIDBAUGBwgJCgsMDQ4PEA==\nuserAccountControl: 514\n'),
  person('eve', 'Eve (*) \\\\ Star'),
  group('research', 'uid=ada,ou=people', 'uid=eve,ou=people'),
  group('labs', 'cn=research,ou=groups'),
].join('\n')

async function makeCertificates(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('san.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const ca = [
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '30',
    '-subj',
    '/CN=Stoa test CA',
  ]
  await run('openssl', ca)
  await run('openssl', ['req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost'])
  const signing = [
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
  ]
  await run('openssl', [...signing, '-out', at('server.pem'), '-days', '30', '-extfile', at('san.cnf')])
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + READY_MS; Date.now() < until; ) {
    if (child.exitCode !== null) throw new Error(`slapd ended at once (${child.exitCode})`)
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('slapd did not listen in time')
}
