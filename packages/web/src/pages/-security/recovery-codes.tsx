import { security as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { saveFile } from '../../ui/export-rows.js'
import { Notice } from '../../ui/notice.js'
import { useToast } from '../../ui/toast.js'
import css from './security.module.css'

/** Fresh recovery codes, the only time they are seen. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const say = useToast()
  const text = `${codes.join('\n')}\n`
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    say(words.copied)
  }
  return (
    <>
      <Notice tone="warn">{words.recoveryOnce}</Notice>
      <ul className={css.codes} data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={css.row}>
        <Button onClick={() => void copy()}>{words.copyAll}</Button>
        <Button onClick={() => saveFile('recovery-codes.txt', text, 'text/plain')}>{words.download}</Button>
      </div>
      <Button variant="primary" onClick={onClose}>
        {words.saved}
      </Button>
    </>
  )
}
