import { StoaError } from '@stoa/contracts'

/** Shows the dialog that asks who it is; resolves once they confirmed, rejects when they did not want to. */
type AskToConfirm = () => Promise<void>

let ask: AskToConfirm | null = null

/** The shell lends its dialog while it is shown. */
export function lendConfirm(dialog: AskToConfirm): () => void {
  ask = dialog
  return () => {
    if (ask === dialog) ask = null
  }
}

/** Does something; when the server wants to know first that it is still the same person, asks them and does it again. */
export async function withConfirm<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isAsked = error instanceof StoaError && error.code === 'ConfirmationRequired'
    if (!isAsked || ask === null) throw error
    await ask()
    return work()
  }
}
