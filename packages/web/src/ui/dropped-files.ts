/** A file on its way in, with its path inside the repository. */
export interface DroppedFile {
  path: string
  file: File
  /** A way back to the file after a reload, where the browser gives one. */
  handle?: FileSystemFileHandle | undefined
}

/** Most files taken from one drop; more is a job for git or the command line. */
export const maxDroppedFiles = 2000

async function readDirectory(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0 || all.length > maxDroppedFiles) return all
    all.push(...some)
  }
}

async function walk(entry: FileSystemEntry, into: DroppedFile[]): Promise<void> {
  if (into.length >= maxDroppedFiles || entry.name === '.git') return
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    into.push({ path: entry.fullPath.replace(/^\//, ''), file })
    return
  }
  for (const child of await readDirectory((entry as FileSystemDirectoryEntry).createReader())) await walk(child, into)
}

async function walkHandle(handle: FileSystemHandle, prefix: string, into: DroppedFile[]): Promise<void> {
  if (into.length >= maxDroppedFiles || handle.name === '.git') return
  const path = prefix + handle.name
  if (handle.kind === 'file') {
    const one = handle as FileSystemFileHandle
    into.push({ path, file: await one.getFile(), handle: one })
    return
  }
  for await (const child of (handle as FileSystemDirectoryHandle).values()) await walkHandle(child, `${path}/`, into)
}

/** Handles of everything in a drop, or null where the browser has none. Must be asked for while the drop is handled. */
async function handlesOf(items: readonly DataTransferItem[]): Promise<FileSystemHandle[] | null> {
  type WithHandle = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }
  const asked = items.map((item) => (item as WithHandle).getAsFileSystemHandle?.().catch(() => null))
  const handles = await Promise.all(asked)
  return handles.every((handle) => handle !== null && handle !== undefined) ? handles : null
}

/** Everything in a drop, folders opened, `.git` left out. */
export async function readDrop(transfer: DataTransfer): Promise<DroppedFile[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file')
  const plain = [...transfer.files].map((file) => ({ path: file.name, file }))
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const handles = window.isSecureContext ? await handlesOf(items) : null
  const files: DroppedFile[] = []
  if (handles && handles.length > 0) for (const handle of handles) await walkHandle(handle, '', files)
  else if (entries.length === 0) return plain
  else for (const entry of entries) await walk(entry, files)
  return files
}

/** What a file dialog gave; a chosen folder keeps its inner paths. */
export const readChosen = (list: FileList): DroppedFile[] =>
  [...list]
    .slice(0, maxDroppedFiles)
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split('/').includes('.git'))
