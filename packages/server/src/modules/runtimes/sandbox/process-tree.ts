import { existsSync, readdirSync, readFileSync } from 'node:fs'

const PAGE_BYTES = 4096

/** Resident bytes of a process and all its descendants; 0 when it is gone, or where there is no /proc to ask. */
export function residentTreeBytes(rootPid: number): number {
  if (!existsSync('/proc/self/stat')) return 0
  const children = new Map<number, number[]>()
  const resident = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const fields = readStat(pid)
    if (!fields) continue
    resident.set(pid, fields.residentBytes)
    children.set(fields.parent, [...(children.get(fields.parent) ?? []), pid])
  }
  let total = 0
  const open = [rootPid]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    total += resident.get(pid) ?? 0
    open.push(...(children.get(pid) ?? []))
  }
  return total
}

/** The process name may hold spaces and brackets: fields are counted from the last bracket. */
function readStat(pid: number): { parent: number; residentBytes: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), residentBytes: Number(fields[21]) * PAGE_BYTES }
  } catch {
    return null
  }
}
