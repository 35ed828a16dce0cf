import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../lib/require-user.js'
import { NewRepoPage } from './-new/new-repo-page.js'

export const Route = createFileRoute('/new')({ beforeLoad: requireUser, component: () => <NewRepoPage kind="model" /> })
