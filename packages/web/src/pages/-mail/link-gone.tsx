import { ButtonLink } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Page } from '../../ui/page.js'
import { letters as words } from '../../text/en/letters.js'

/** A link of a letter that ended. */
export function LinkGone({ title = words.linkGone, help = words.linkGoneHelp }: { title?: string; help?: string }) {
  return (
    <Page narrow>
      <EmptyState
        title={title}
        action={
          <ButtonLink to="/login" variant="primary">
            {words.signIn}
          </ButtonLink>
        }
      >
        {help}
      </EmptyState>
    </Page>
  )
}
