/** A file on its way in, with its path inside the repository. */
export interface DroppedFile {
  path: string
  file: File
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

/** Everything in a drop, folders opened, `.git` left out. */
export async function readDrop(transfer: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: file.name, file }))
  const files: DroppedFile[] = []
  for (const entry of entries) await walk(entry, files)
  return files
}

/** What a file dialog gave; a chosen folder keeps its inner paths. */
export const readChosen = (list: FileList): DroppedFile[] =>
  [...list].slice(0, maxDroppedFiles).map((file) => ({ path: file.webkitRelativePath || file.name, file }))
