import type { Config } from '../kit/config.js'
import { outsideOf, type Switch, switchOf } from '../kit/switches.js'

/** What is decided by the environment of the process. */
export function readKitSwitches(config: Config): Switch[] {
  const { databaseUrl, blobsUrl } = config
  const store = blobsUrl === null ? null : new URL(blobsUrl)
  const endpoint = store?.searchParams.get('endpoint') ?? null
  return [
    // Nothing is reported to anybody, and no setting changes that.
    switchOf('telemetry'),
    // Wallets are filled by whoever runs the platform; no payment company is built in.
    switchOf('payments'),
    switchOf('database', {
      isOn: databaseUrl !== null,
      value: databaseUrl === null ? null : new URL(databaseUrl).host,
      setting: 'STOA_DATABASE_URL',
      outside: outsideOf(databaseUrl?.replace(/^postgres(ql)?:/, 'http:') ?? null),
    }),
    switchOf('blobs', {
      isOn: store !== null,
      value: store?.host ?? null,
      setting: 'STOA_BLOBS_URL',
      outside: store === null ? [] : endpoint === null ? ['s3.amazonaws.com'] : outsideOf(endpoint),
    }),
    switchOf('mail', {
      isOn: config.mail.smtp !== null,
      value: config.mail.smtp?.address.host ?? null,
      setting: 'STOA_SMTP_URL',
      page: '/admin/letters',
      outside: config.mail.smtp === null ? [] : outsideOf(`http://${bracketed(config.mail.smtp.address.host)}`),
    }),
    switchOf('openHosts', {
      isOn: config.openHosts.length > 0,
      value: config.openHosts.join(', ') || null,
      setting: 'STOA_OPEN_HOSTS',
    }),
    switchOf('rateLimits', { isOn: config.rateLimits, setting: 'STOA_RATE_LIMITS' }),
    switchOf('roles', { isOn: true, value: config.roles.join(', '), setting: 'STOA_ROLES' }),
    switchOf('largeFilesToXet', { isOn: config.largeFilesToXet, setting: 'STOA_LARGE_FILES_TO_XET' }),
    switchOf('unsandboxed', { isOn: config.allowUnsandboxed, setting: 'STOA_ALLOW_UNSANDBOXED' }),
  ]
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
