import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CheckedBody } from './checked-body.js'
import type { DirectIo, DirectWrite } from './direct-io.js'
import { translate } from './disk-errors.js'
import { giveName } from './give-name.js'
import type { PageWriter } from './port.js'
import { writeScratch } from './write-scratch.js'

const PIECE_BYTES = 1024 * 1024

interface Place {
  readonly directIo: DirectIo
  readonly scratch: string
  readonly path: string
  readonly pages: Buffer
}

/** A blob that is written while it arrives: into a scratch file, straight from the memory it arrives in. */
export class DiskPages implements PageWriter {
  readonly #place: Place
  readonly #direct: DirectWrite

  constructor(place: Place) {
    this.#place = place
    this.#direct = place.directIo.begin(place.scratch, place.pages)
  }

  arrived(sizeBytes: number): void {
    this.#direct.arrived(sizeBytes)
  }

  async finish(sizeBytes: number): Promise<void> {
    const { scratch, path, pages } = this.#place
    try {
      if (!(await this.#direct.finish(sizeBytes))) {
        await rm(scratch, { force: true })
        const bytes = Readable.from([pages.subarray(0, sizeBytes)])
        await writeScratch(scratch, new CheckedBody(bytes, { sizeBytes }, PIECE_BYTES))
      }
      await giveName(scratch, path, false)
    } catch (error) {
      throw translate(error)
    }
  }

  async close(): Promise<void> {
    await this.#direct.close()
    await rm(this.#place.scratch, { force: true })
  }
}
