import { useEffect, useRef, useState } from 'react'

const restMs = 400
/** Longer texts are not kept: the browser's store is small. */
const mostChars = 500_000

/** Text that is being written, kept by the browser until it is committed or discarded, so that a reload costs nothing. */
export function useDraft(key: string, original: string) {
  const [kept] = useState(() => readDraft(key))
  const [text, setText] = useState(kept ?? original)
  const latest = useRef(text)
  latest.current = text
  useEffect(() => {
    const keep = () => writeDraft(key, latest.current === original ? null : latest.current)
    const timer = setTimeout(keep, restMs)
    window.addEventListener('pagehide', keep)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('pagehide', keep)
    }
  }, [key, text, original])
  return {
    text,
    setText,
    /** The text came from an earlier visit. */
    isRestored: kept !== null && kept !== original && text === kept,
    discard: () => {
      writeDraft(key, null)
      setText(original)
    },
    /** After a commit: nothing of it is left behind. */
    finish: () => writeDraft(key, null),
  }
}

function readDraft(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function writeDraft(key: string, text: string | null): void {
  try {
    if (text === null || text.length > mostChars) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
  } catch {
    // A browser that keeps nothing has no drafts.
  }
}
