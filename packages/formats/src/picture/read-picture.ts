/** A picture as browsers show it. */
export interface PictureFacts {
  readonly type: 'png' | 'jpeg' | 'gif' | 'webp'
  readonly width: number
  readonly height: number
}

/** Segments of a JPEG before its frame that are looked through. */
const MAX_SEGMENTS = 1_000

/**
 * What a picture is by its first bytes, and how large; null for everything else. Nothing is decoded: that the rest is sound is
 * not promised. PNG, JPEG, GIF and WebP.
 */
export function readPicture(bytes: Uint8Array): PictureFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const facts = readPng(view) ?? readGif(view) ?? readWebp(view) ?? readJpeg(view)
  return facts !== null && facts.width > 0 && facts.height > 0 ? facts : null
}

function hasText(view: DataView, offset: number, text: string): boolean {
  if (view.byteLength < offset + text.length) return false
  return [...text].every((letter, at) => view.getUint8(offset + at) === letter.charCodeAt(0))
}

/** Signature and IHDR (PNG, third edition, 5.2 and 11.2.1). */
function readPng(view: DataView): PictureFacts | null {
  if (!hasText(view, 0, '\x89PNG\r\n\x1a\n') || !hasText(view, 12, 'IHDR') || view.byteLength < 33) return null
  return { type: 'png', width: view.getUint32(16), height: view.getUint32(20) }
}

/** Logical screen descriptor (GIF89a, 18). */
function readGif(view: DataView): PictureFacts | null {
  if ((!hasText(view, 0, 'GIF87a') && !hasText(view, 0, 'GIF89a')) || view.byteLength < 13) return null
  return { type: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true) }
}

/** The first chunk of the container (RFC 9649, 2). */
function readWebp(view: DataView): PictureFacts | null {
  if (!hasText(view, 0, 'RIFF') || !hasText(view, 8, 'WEBP') || view.byteLength < 30) return null
  if (hasText(view, 12, 'VP8X')) {
    const sizeAt = (offset: number): number => 1 + view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16)
    return { type: 'webp', width: sizeAt(24), height: sizeAt(27) }
  }
  if (hasText(view, 12, 'VP8L') && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true)
    return { type: 'webp', width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  }
  if (hasText(view, 12, 'VP8 ') && hasText(view, 23, '\x9d\x01\x2a'))
    return { type: 'webp', width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  return null
}

/** Segments up to the frame header (ITU T.81, B.1.1 and B.2.2). */
function readJpeg(view: DataView): PictureFacts | null {
  if (!hasText(view, 0, '\xff\xd8\xff')) return null
  let at = 2
  for (let segment = 0; segment < MAX_SEGMENTS && at + 9 <= view.byteLength; segment += 1) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { type: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    // Markers without a length stand before no frame.
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda)) return null
    at += 2 + view.getUint16(at + 2)
  }
  return null
}
