import { refuse } from '@stoa/contracts'
import { createFileRoute, notFound } from '@tanstack/react-router'
import { useState } from 'react'
import { sessionQuery } from '../../lib/session.js'
import { AccountName } from '../../ui/account-name.js'
import { Badge, Badges } from '../../ui/badge.js'
import { Button, IconButton } from '../../ui/button.js'
import { Bytes } from '../../ui/bytes.js'
import { CodeSnippet, CommandBlock } from '../../ui/code-snippet.js'
import { CopyText } from '../../ui/copy-text.js'
import { DataTable } from '../../ui/data-table.js'
import { Diff } from '../../ui/diff.js'
import { parseDiff } from '../../ui/parse-diff.js'
import { Dropzone } from '../../ui/dropzone.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { FacetList } from '../../ui/facet-list.js'
import { CheckField, ChoiceField, SelectField, TextArea, TextField } from '../../ui/field.js'
import { Figure, Figures, Tile, Tiles } from '../../ui/figure.js'
import { FileTree } from '../../ui/file-tree.js'
import { IconPlus } from '../../ui/icons.js'
import { KindIcon, type Kind } from '../../ui/kind-icon.js'
import { Money } from '../../ui/money.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, Page, PageHeader, Row, Section, Split, Stack } from '../../ui/page.js'
import { PasswordField } from '../../ui/password-field.js'
import { Progress } from '../../ui/progress.js'
import { RepoName } from '../../ui/repo-name.js'
import { Secret } from '../../ui/secret.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Sparkline } from '../../ui/sparkline.js'
import { colorNames } from '../../ui/theme.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'

/** Every part in every state: the picture that is compared by eye. Its texts are examples and not in the catalogue. */
export const Route = createFileRoute('/admin_/ui')({
  beforeLoad: async ({ context }) => {
    const { user } = await context.queryClient.ensureQueryData(sessionQuery)
    if (!user?.isAdmin) throw notFound()
  },
  component: Parts,
})

const kinds: readonly Kind[] = ['model', 'dataset', 'app', 'bucket', 'run', 'circuit']
const rows = [
  { id: 'stoa/tiny-llama', calls: 1204n, micros: 325925n },
  { id: 'stoa/tiny-sentiment', calls: 87n, micros: 0n },
  { id: 'acme/bert-base', calls: 12n, micros: 13120n },
]

function Parts() {
  return (
    <Page>
      <PageHeader title="Parts" lead="Every part in every state, from the tokens in src/ui/theme.ts." />
      <Stack>
        <Colours />
        <Split
          main={
            <>
              <Controls />
              <Tables />
              <Texts />
            </>
          }
          aside={
            <>
              <Names />
              <Figuring />
              <States />
            </>
          }
        />
      </Stack>
    </Page>
  )
}

function Colours() {
  return (
    <Section title="Colours">
      <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(130px, 1fr))', gap: 8 }}>
        {colorNames.map((name) => (
          <div key={name} style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
            <span
              style={{
                inlineSize: 24,
                blockSize: 24,
                borderRadius: 6,
                border: '1px solid var(--line)',
                background: `var(--${name})`,
              }}
            />
            <code>{name}</code>
          </div>
        ))}
      </div>
    </Section>
  )
}

function Controls() {
  const [choice, setChoice] = useState<'a' | 'b'>('a')
  const [panel, setPanel] = useState(false)
  const [confirm, setConfirm] = useState(false)
  const say = useToast()
  return (
    <Section title="Controls">
      <Stack>
        <Row>
          <Button variant="primary">Create model</Button>
          <Button>Default</Button>
          <Button variant="quiet">Quiet</Button>
          <Button variant="danger" onClick={() => setConfirm(true)}>
            Delete
          </Button>
          <Button disabled>Disabled</Button>
          <Button busy>Busy</Button>
          <Button size="dense" icon={<IconPlus size={16} stroke={1.75} />}>
            Dense
          </Button>
          <IconButton label="Add">
            <IconPlus size={16} stroke={1.75} />
          </IconButton>
          <Button onClick={() => setPanel(true)}>Open side panel</Button>
          <Button onClick={() => say('“laptop” was revoked.', () => {})}>Show message</Button>
        </Row>
        <TextField label="Name" help="Letters and digits." placeholder="tiny-llama" />
        <TextField label="Name" error="This name is taken. Choose another." defaultValue="tiny-llama" />
        <PasswordField label="Password" />
        <TextArea label="About" optional />
        <SelectField label="Licence" options={[{ value: 'mit', label: 'mit' }]} />
        <CheckField label="Show only mine" />
        <ChoiceField
          legend="Who may see it"
          name="demo"
          value={choice}
          onChange={setChoice}
          choices={[
            { value: 'a', label: 'Public', help: 'Everybody.' },
            { value: 'b', label: 'Private', help: 'Only you.' },
          ]}
        />
        <Dropzone onFiles={() => {}} />
        <Progress label="Sending" doneBytes={42_000_000} totalBytes={100_000_000} />
        <SidePanel isOpen={panel} onClose={() => setPanel(false)} title="stoa/tiny-llama">
          <Facts
            facts={[
              ['Calls', '1,204'],
              ['Spent', <Money key="m" micros={325925n} exact />],
            ]}
          />
        </SidePanel>
        <ConfirmByName
          isOpen={confirm}
          onClose={() => setConfirm(false)}
          onConfirm={() => setConfirm(false)}
          title="Delete"
          text="This cannot be undone."
          verb="Delete"
          name="acme/bert"
        />
      </Stack>
    </Section>
  )
}

function Tables() {
  const [open, setOpen] = useState<string>()
  return (
    <Section title="Table, files, facets">
      <Stack>
        <DataTable
          name="Usage"
          rows={rows}
          rowKey={(row) => row.id}
          onOpen={(row) => setOpen(row.id)}
          selected={open}
          columns={[
            { id: 'id', head: 'Model', cell: (row) => <RepoName id={row.id} link={false} />, value: (row) => row.id },
            {
              id: 'calls',
              head: 'Calls',
              isNumeric: true,
              cell: (row) => row.calls.toString(),
              value: (row) => row.calls,
              total: '1303',
            },
            {
              id: 'micros',
              head: 'Cost',
              isNumeric: true,
              cell: (row) => <Money micros={row.micros} exact />,
              value: (row) => row.micros,
              total: <Money micros={339045n} exact />,
            },
          ]}
        />
        <FileTree
          entries={[
            {
              path: 'onnx',
              type: 'directory',
              sizeBytes: 0,
              isLfs: false,
              lastCommit: { id: '0'.repeat(40), title: 'Add ONNX', date: '2026-11-20T10:00:00Z' },
            },
            {
              path: 'model.safetensors',
              type: 'file',
              sizeBytes: 520384,
              isLfs: true,
              lastCommit: { id: '0'.repeat(40), title: 'Add weights', date: '2026-11-20T10:00:00Z' },
            },
            { path: 'README.md', type: 'file', sizeBytes: 1204, isLfs: false },
          ]}
          renderLink={(entry, className, content) => (
            <a key={entry.path} className={className} href="#main">
              {content}
            </a>
          )}
        />
        <FacetList
          label="Filter models"
          facets={[
            {
              key: 'task',
              title: 'Task',
              values: [
                { value: 'a', label: 'Text generation', count: 12 },
                { value: 'b', label: 'Text classification', count: 3 },
              ],
            },
          ]}
          chosen={{ task: 'a' }}
          onChoose={() => {}}
        />
        <Diff
          files={
            parseDiff(
              'diff --git a/config.json b/config.json\n@@ -1,3 +1,3 @@\n {\n-  "hidden_size": 32\n+  "hidden_size": 64\n }',
            ).files
          }
        />
      </Stack>
    </Section>
  )
}

function Texts() {
  return (
    <Section title="Code">
      <Stack>
        <CodeSnippet
          label="Example"
          snippets={[
            {
              id: 'py',
              label: 'openai',
              language: 'python',
              code: 'from openai import OpenAI  # client\nclient = OpenAI(timeout=30)\n',
            },
            { id: 'sh', label: 'curl', language: 'sh', code: 'curl http://127.0.0.1:3000/v1/models\n' },
          ]}
        />
        <CommandBlock what="Command" text="hf auth login" />
        <Secret value="hf_exampleexampleexample" what="token" />
        <CopyText text="4f0c1d2e3b4a5f60718293a4b5c6d7e8f9012345" shown="4f0c1d2" what="commit" />
      </Stack>
    </Section>
  )
}

function Names() {
  return (
    <Section title="Names">
      <Stack>
        <Row>
          {kinds.map((kind) => (
            <span key={kind}>
              <KindIcon kind={kind} /> {kind}
            </span>
          ))}
        </Row>
        <RepoName id="stoa/tiny-llama" />
        <RepoName id="acme/tickets" kind="dataset" />
        <AccountName name="alice" />
        <AccountName name="acme" type="org" />
        <Badges>
          <Badge>apache-2.0</Badge>
          <Badge tone="good">Published</Badge>
          <Badge tone="warn">Gated</Badge>
          <Badge tone="bad">Blocked</Badge>
          <Badge tone="accent">Write</Badge>
        </Badges>
      </Stack>
    </Section>
  )
}

function Figuring() {
  return (
    <Section title="Figures">
      <Stack>
        <Figures>
          <Figure value="12.4k" unit="downloads" exact="12,431" />
          <Figure value={undefined} unit="W" />
          <Figure value={<Bytes value={520384} />} />
        </Figures>
        <Tiles>
          <Tile label="Spent" value={<Money micros={1234560123n} />} note="hover for micros" />
          <Tile label="Tiny" value={<Money micros={185n} />} />
        </Tiles>
        <Sparkline values={[0, 3, 5, 2, 8, 13, 9, 0, 4]} label="Calls a day" />
        <Card>
          <Facts
            facts={[
              ['Updated', <TimeAgo key="t" at="2026-11-20T10:00:00Z" />],
              ['Licence', 'apache-2.0'],
              ['Absent', undefined],
            ]}
          />
        </Card>
      </Stack>
    </Section>
  )
}

function States() {
  return (
    <Section title="States">
      <Stack>
        <Notice>Nothing was lost.</Notice>
        <Notice tone="good">The key is filled in.</Notice>
        <Notice tone="warn">Shown once.</Notice>
        <Notice tone="bad">The name is taken.</Notice>
        <EmptyState
          title="No sales yet"
          action={<Button variant="primary">Create listing</Button>}
          command="hf repo create my-model"
        >
          A listing puts a price on a model.
        </EmptyState>
        <div data-sample="true">
          <Skeleton lines={4} />
        </div>
        <ErrorState error={refuse('Internal', 'x', { requestId: '6740c0ffee0123456789abcd' })} onRetry={() => {}} />
      </Stack>
    </Section>
  )
}
