import { t } from '../../text/en.js'
import { Notice } from '../../ui/notice.js'
import { Stack } from '../../ui/page.js'
import { GatePanel } from './gate-panel.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'
import { DeleteRepo } from './settings/delete-repo.js'
import { RenameRepo } from './settings/rename-repo.js'
import { StoredBytes } from './settings/stored-bytes.js'
import { TransferRepo } from './settings/transfer-repo.js'
import { Visibility } from './settings/visibility.js'

/** Everything about a repository that is not its files; each part in a file of its own. */
export function SettingsTab(props: RepoProps) {
  const canWrite = useCanWrite(props.ns)
  if (!canWrite) return <Notice tone="warn">{t.repo.settings.onlyOwners}</Notice>
  return (
    <Stack>
      <StoredBytes {...props} />
      <Visibility {...props} />
      <GatePanel {...props} />
      <RenameRepo {...props} />
      <TransferRepo {...props} />
      <DeleteRepo {...props} />
    </Stack>
  )
}
