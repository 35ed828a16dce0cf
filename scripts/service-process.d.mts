import type { ChildProcess } from 'node:child_process'

export function freePort(): Promise<number>
export function waitUntil(probe: () => Promise<boolean>, limitMs: number, child?: ChildProcess): Promise<void>
export function stopChild(child: ChildProcess): Promise<void>
export function runCommand(environment: Readonly<Record<string, string>>): Promise<number>
