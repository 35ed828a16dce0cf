import { useRef } from 'react'
import { shrinkPicture } from '../lib/shrink-picture.js'
import { useAct } from '../lib/use-act.js'
import { t } from '../text/en.js'
import { Avatar } from './account-name.js'
import { Button } from './button.js'
import { Notice } from './notice.js'
import { Row, Stack } from './page.js'

interface Props {
  name: string
  src: string
  type: 'user' | 'org'
  save: (picture: string) => Promise<unknown>
  remove: () => Promise<unknown>
  /** The picture is another one now. */
  onChanged: () => Promise<unknown>
}

const words = t.parts.picture

/** Shows the picture of an account and takes another one. */
export function PictureField({ name, src, type, save, remove, onChanged }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const change = useAct({
    run: async (file: File | null) => {
      if (file === null) return remove()
      const picture = await shrinkPicture(file).catch(() => Promise.reject(new Error(words.unreadable)))
      return save(picture)
    },
    say: (file) => (file === null ? words.removed : words.saved),
    after: () => void onChanged(),
  })
  const isDrawn = src.endsWith('.svg')
  return (
    <Stack>
      <Row>
        <Avatar key={src} name={name} src={src} type={type} size="lg" />
        <strong>{name}</strong>
        <Button busy={change.isPending} onClick={() => input.current?.click()}>
          {words.choose}
        </Button>
        {!isDrawn && (
          <Button disabled={change.isPending} onClick={() => change.mutate(null)}>
            {words.remove}
          </Button>
        )}
      </Row>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        hidden
        aria-label={words.choose}
        data-testid="choose-picture"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) change.mutate(file)
        }}
      />
      {change.error && <Notice tone="bad">{change.error.message}</Notice>}
    </Stack>
  )
}
