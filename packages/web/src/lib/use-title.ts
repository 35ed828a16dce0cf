import { useEffect } from 'react'
import { t } from '../text/en.js'

/** Names the tab of the browser. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? t.shell.titleOf(title) : t.shell.product
  }, [title])
}
