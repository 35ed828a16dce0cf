import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import * as hub from '@huggingface/hub'
import { runCases, type Suite } from '../target.js'

/** `@huggingface/hub` as installed from the registry. */
export const hubJsSuite: Suite = {
  name: '@huggingface/hub 2.17.5',
  run: (target) => {
    const as = { hubUrl: target.url, accessToken: target.alice }
    const repo = { type: 'model', name: 'alice/js' } as const
    const large = randomBytes(11 * 1024 * 1024)
    return runCases({
      whoAmI: async () => {
        const me = await hub.whoAmI(as)
        assert.equal(me.name, 'alice')
      },
      'create and upload': async () => {
        await hub.createRepo({ ...as, repo })
        await hub.uploadFiles({
          ...as,
          repo,
          useXet: false,
          files: [
            { path: 'notes.txt', content: new Blob(['hello']) },
            { path: 'weights.bin', content: new Blob([large]) },
          ],
        })
      },
      'list and download': async () => {
        const paths: string[] = []
        for await (const file of hub.listFiles({ ...as, repo, recursive: true })) paths.push(file.path)
        assert.ok(paths.includes('weights.bin') && paths.includes('notes.txt'))
        const blob = await hub.downloadFile({ ...as, repo, path: 'weights.bin', xet: false })
        assert.ok(blob && Buffer.from(await blob.arrayBuffer()).equals(large))
      },
      'range of a file': async () => {
        const blob = await hub.downloadFile({ ...as, repo, path: 'weights.bin', xet: false })
        const part = await blob?.slice(1000, 2000).arrayBuffer()
        assert.ok(part && Buffer.from(part).equals(large.subarray(1000, 2000)))
      },
      'models are listed': async () => {
        const names: string[] = []
        for await (const model of hub.listModels({ hubUrl: target.url, search: { owner: 'stoa' } }))
          names.push(model.name)
        assert.deepEqual(names.sort(), ['stoa/tiny-llama', 'stoa/tiny-sentiment'])
      },
      'commits are listed': async () => {
        const titles: string[] = []
        for await (const commit of hub.listCommits({ ...as, repo })) titles.push(commit.title)
        assert.equal(titles.at(-1), 'initial commit')
      },
      'delete a file, then the repository': async () => {
        await hub.deleteFile({ ...as, repo, path: 'notes.txt' })
        assert.equal(await hub.fileExists({ ...as, repo, path: 'notes.txt' }), false)
        await hub.deleteRepo({ ...as, repo })
        assert.equal(await hub.repoExists({ ...as, repo }), false)
      },
    })
  },
}
