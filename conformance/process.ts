import { spawn } from 'node:child_process'

export interface Output {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const MAX_OUTPUT = 4 * 1024 * 1024

/** Runs a program to its end, without a shell and with exactly this environment beside PATH and HOME. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LANG: 'C.UTF-8', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 300_000,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      if (stdout.length < MAX_OUTPUT) stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      if (stderr.length < MAX_OUTPUT) stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
}

/** As `runProgram`; a status other than 0 throws with what the program printed. */
export async function mustRun(...args: Parameters<typeof runProgram>): Promise<Output> {
  const output = await runProgram(...args)
  if (output.code !== 0)
    throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${output.code}\n${output.stdout}\n${output.stderr}`)
  return output
}
