/** Runtimes are optional packages: without one the operator is told which to install, not shown a resolver's error. */
export async function importRuntime<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`The runtime package ${name} is not installed on this server. Run: npm install ${name}`, {
      cause: error,
    })
  }
}
