import { z } from 'zod'
import { parseSender, type Sender } from './mail/address.js'
import { parseSmtpAddress, type SmtpAddress } from './mail/smtp-address.js'

const port = z.coerce.number().int().min(0).max(65_535)
const roles = z.enum(['web', 'worker', 'clock'])

/** Every setting of the server. The environment is read once, here; `docs/reference/config.md` is generated from this. */
export const configSchema = z.object({
  STOA_HOST: z.string().default('127.0.0.1').describe('Address to listen on. 0.0.0.0 opens the server to the network.'),
  STOA_PORT: port.default(3000).describe('Port to listen on; 0 takes a free one.'),
  STOA_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The address people and clients use. Default: http://<host>:<port>.'),
  STOA_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .filter((part) => part !== ''),
    )
    .describe(
      'Host names this server answers to beside the one in STOA_PUBLIC_URL, by comma. Others are answered 421.',
    ),
  STOA_DATA_DIR: z.string().min(1).default('./data').describe('Folder of everything that is kept.'),
  STOA_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
    .optional()
    .describe('PostgreSQL 15 or newer. Absent: the embedded database in the data folder.'),
  STOA_BLOBS_URL: z
    .string()
    .regex(/^s3:\/\//, 'must start with s3://')
    .optional()
    .describe('s3://bucket/prefix?endpoint=…&region=… Absent: files in the data folder.'),
  STOA_BOOTSTRAP: z.string().optional().describe('A manifest file applied at every start.'),
  STOA_ROLES: z
    .string()
    .default('web,worker,clock')
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(roles).min(1))
    .describe('What this process does: web (answers requests), worker (background jobs), clock (schedules).'),
  STOA_RATE_LIMITS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('off removes request limits; meant for tests and trusted networks.'),
  STOA_INSTANCE_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
    .optional()
    .describe(
      'Secret of this installation. Absent: made once and kept in the data folder. Several servers need the same.',
    ),
  STOA_STORAGE_FLOOR_HOURS: z.coerce
    .number()
    .min(0)
    .default(24)
    .describe('Stored bytes that nothing names are removed after so many hours. 0 is for tests only.'),
  STOA_XORB_FLOOR_HOURS: z.coerce
    .number()
    .min(0)
    .default(720)
    .describe('The same for chunks of large files; clients remember for three weeks which ones they sent.'),
  STOA_LARGE_FILES_TO_XET: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Large files sent over LFS become deduplicated chunks in the background; off keeps them whole.'),
  STOA_INNER_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(z.string().regex(/^[\w.:[\]-]+$/, 'hosts with or without a port, separated by commas')).max(100))
    .describe(
      'Hosts of the own network that addresses given by people may lead to (identity providers, token issuers, receivers of the audit log), separated by commas: idp.corp.example, 10.1.2.3:8443. Also over http.',
    ),
  STOA_OPEN_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(z.string().regex(/^([\w.-]+|\*)$/, 'host names separated by commas, or *')).max(100))
    .describe(
      'Hosts of the open network that addresses given by people may lead to over https (identity providers, token issuers, receivers of the audit log), separated by commas; * for every one. Absent: none, this server connects to nobody.',
    ),
  STOA_DNS_SERVERS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .describe(
      'Name servers asked whether an organisation owns a domain: 10.0.0.2, 10.0.0.3:5353. Absent: those of the machine, asked only where STOA_OPEN_HOSTS names somebody.',
    ),
  STOA_SMTP_URL: z
    .string()
    .refine((text) => parseSmtpAddress(text) !== null, 'must be smtp://[user:password@]host[:port] or smtps://…')
    .optional()
    .describe(
      'Mail server for letters: smtp:// (STARTTLS is demanded, but for this machine; ?tls=optional or none change it) or smtps://. Absent: letters wait on the admin page to be handed over.',
    ),
  STOA_MAIL_FROM: z
    .string()
    .refine((text) => parseSender(text) !== null, 'must be name@host or Name <name@host>')
    .optional()
    .describe('Who letters come from: stoa@example.org or Stoa <stoa@example.org>. Needed with STOA_SMTP_URL.'),
  STOA_MAIL_KEEP_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(90)
    .default(7)
    .describe('Days what a letter said, and to whom, is kept (sealed) after it left.'),
  STOA_ALLOW_UNSANDBOXED: z
    .stringbool()
    .default(false)
    .describe('Serve models of any account even when no operating-system sandbox is available.'),
})

export type Environment = z.input<typeof configSchema>

/** The settings as the code uses them. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Absent until the port is known. */
  readonly publicUrl: string | null
  /** Host names beside the one in the public address, lower case. */
  readonly hosts: readonly string[]
  readonly dataDir: string
  readonly databaseUrl: string | null
  readonly blobsUrl: string | null
  readonly bootstrapFile: string | null
  readonly roles: readonly ('web' | 'worker' | 'clock')[]
  readonly rateLimits: boolean
  /** Hosts inside that may be fetched although people gave the address. */
  readonly innerHosts: readonly string[]
  /** Hosts of the open network that may be fetched so; `*` is every one. */
  readonly openHosts: readonly string[]
  /** Empty: those of the machine. */
  readonly dnsServers: readonly string[]
  readonly allowUnsandboxed: boolean
  readonly storageFloorHours: number
  readonly xorbFloorHours: number
  readonly largeFilesToXet: boolean
  /** Hex; absent: the one in the data folder. */
  readonly instanceKey: string | null
  readonly mail: {
    /** Null: no letter leaves by itself. */
    readonly smtp: { readonly address: SmtpAddress; readonly from: Sender } | null
    readonly keepDays: number
  }
}

/** Reads settings; throws one sentence per wrong setting. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const known = Object.keys(configSchema.shape)
  const values = Object.fromEntries(known.map((key) => [key, environment[key] || undefined]))
  const parsed = configSchema.safeParse(values)
  if (!parsed.success) throw new ConfigError(parsed.error.issues)
  const env = parsed.data
  return {
    host: env.STOA_HOST,
    port: env.STOA_PORT,
    publicUrl: env.STOA_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    hosts: env.STOA_HOSTS,
    dataDir: env.STOA_DATA_DIR,
    databaseUrl: env.STOA_DATABASE_URL ?? null,
    blobsUrl: env.STOA_BLOBS_URL ?? null,
    bootstrapFile: env.STOA_BOOTSTRAP ?? null,
    roles: env.STOA_ROLES,
    rateLimits: env.STOA_RATE_LIMITS === 'on',
    innerHosts: env.STOA_INNER_HOSTS,
    openHosts: env.STOA_OPEN_HOSTS,
    dnsServers: env.STOA_DNS_SERVERS,
    allowUnsandboxed: env.STOA_ALLOW_UNSANDBOXED,
    storageFloorHours: env.STOA_STORAGE_FLOOR_HOURS,
    xorbFloorHours: env.STOA_XORB_FLOOR_HOURS,
    largeFilesToXet: env.STOA_LARGE_FILES_TO_XET === 'on',
    instanceKey: env.STOA_INSTANCE_KEY ?? null,
    mail: { smtp: readSmtp(env), keepDays: env.STOA_MAIL_KEEP_DAYS },
  }
}

function readSmtp(env: z.output<typeof configSchema>): Config['mail']['smtp'] {
  const address = env.STOA_SMTP_URL === undefined ? null : parseSmtpAddress(env.STOA_SMTP_URL)
  const from = env.STOA_MAIL_FROM === undefined ? null : parseSender(env.STOA_MAIL_FROM)
  if (address === null) return null
  if (from === null) throw new ConfigError([{ path: ['STOA_MAIL_FROM'], message: 'is needed with STOA_SMTP_URL' }])
  return { address, from }
}

/** A setting that cannot be used; the message says which and why, on one line. */
export class ConfigError extends Error {
  constructor(issues: readonly { path: PropertyKey[]; message: string }[]) {
    super(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
    this.name = 'ConfigError'
  }
}
