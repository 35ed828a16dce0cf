import type { AuditEventView } from '@stoa/contracts'

/** `log audit` of RFC 5424. */
const FACILITY = 13
const SEVERITY = { success: 6, denied: 5, failed: 4 } as const

/** One event as a message of RFC 5424; the event itself is JSON. */
export function renderSyslog(event: AuditEventView, place: { readonly host: string; readonly chain: string }): string {
  const priority = FACILITY * 8 + SEVERITY[event.outcome]
  const facts = { chain: place.chain, seq: String(event.seq), action: event.action, outcome: event.outcome }
  // 32473 is the enterprise number set aside for examples; receivers match the name before it.
  const data = Object.entries(facts).map(([name, value]) => `${name}="${value.replace(/["\\\]]/g, '\\$&')}"`)
  const host = place.host.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-'
  return `<${priority}>1 ${event.at} ${host} stoa - AUDIT [stoa@32473 ${data.join(' ')}] \ufeff${JSON.stringify(event)}`
}

/** Octet counting of RFC 6587, so that a message may hold line breaks. */
export function frameSyslog(message: string): Buffer {
  const bytes = Buffer.from(message)
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes])
}
