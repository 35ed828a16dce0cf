import { Readable } from 'node:stream'
import {
  batchBucketFiles,
  bucketPathsInfo,
  followBucket,
  listBucketRoot,
  listBucketTree as listBucketTreeRoute,
  resolveBucketFile,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendBytes } from '../../../kit/http/bytes.js'
import { linkNext } from '../../../kit/http/link-next.js'
import type { Http } from '../../../kit/http/server.js'
import { applyBatch } from '../buckets/apply-batch.js'
import { readBatchLines } from '../buckets/batch-lines.js'
import { type Bucket, showFile } from '../buckets/bucket.js'
import type { BucketFeed, FeedEvent } from '../buckets/bucket-feed.js'
import { type BucketTreeQuery, listBucketTree } from '../buckets/list-bucket-tree.js'
import { openBucketFile } from '../buckets/open-bucket-file.js'
import { contentHeaders } from '../files/content-headers.js'
import { findBucketFiles } from '../queries/bucket-files.js'
import { openBucket } from './hub-buckets.js'
import type { RepoRouteDeps } from './repo-routes.js'
import { FILE_INFO, xetHeaders } from './xet-headers.js'

/** Files of buckets: lists, batches, bytes, changes (hub-api 5.9, hub-api-2x §5). */
export function bindBucketFiles(http: Http, deps: RepoRouteDeps, feed: BucketFeed): void {
  const hub = http.scope('hub')
  hub.bind(listBucketRoot, async (asked) => {
    return await sendPage(deps, asked, await openBucket(deps, asked, 'read'), { ...asked.query, prefix: '' })
  })
  hub.bind(listBucketTreeRoute, async (asked) => {
    const prefix = asked.params['*']
    return await sendPage(deps, asked, await openBucket(deps, asked, 'read'), { ...asked.query, prefix })
  })
  hub.bind(bucketPathsInfo, async (asked) => {
    const bucket = await openBucket(deps, asked, 'read')
    const paths = asked.body.paths.filter((path) => !path.includes('\0'))
    const found = await findBucketFiles(deps.db, bucket.id, paths)
    return [...new Set(paths)].flatMap((path) => found.get(path) ?? []).map(showFile)
  })
  hub.bind(batchBucketFiles, async (asked) => {
    const bucket = await openBucket(deps, asked, 'write')
    const operations = await readBatchLines(asked.request.body)
    const result = await applyBatch(deps, feed, asked.actor, bucket, operations)
    if (result.failed.length > 0 && result.succeeded === 0) asked.reply.code(422)
    return { success: result.failed.length === 0, ...result, failed: [...result.failed] }
  })
  hub.bind(resolveBucketFile, async (asked) => {
    const bucket = await openBucket(deps, asked, 'read')
    const opened = await openBucketFile(deps, bucket, asked.params['*'])
    const { file, etag, sizeBytes } = opened
    const name = file.path.split('/').at(-1) ?? file.path
    const tokenUrl = `${deps.publicUrl()}/api/buckets/${bucket.fullName}/xet-read-token`
    asked.reply.headers({
      'x-linked-size': sizeBytes,
      'x-linked-etag': etag,
      'last-modified': file.uploadedAt.toUTCString(),
      ...contentHeaders(name, { isDownload: asked.query.download, hasDisposition: !asked.query.noContentDisposition }),
      ...xetHeaders(deps, tokenUrl, file.xetHash),
    })
    if (asked.request.method === 'GET' && asked.request.headers.accept?.includes(FILE_INFO)) {
      return asked.reply.type(FILE_INFO).send({ hash: file.xetHash, size: sizeBytes, etag })
    }
    return await sendBytes(asked.request, asked.reply, opened)
  })
  hub.bind(followBucket, async (asked) => {
    const bucket = await openBucket(deps, asked, 'read')
    const events = await feed.follow(bucket, asked.query)
    asked.reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no')
    return asked.reply.send(Readable.from(writeEvents(events), { objectMode: false }))
  })
}

async function sendPage(
  deps: RepoRouteDeps,
  asked: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  bucket: Bucket,
  query: BucketTreeQuery,
) {
  const page = await listBucketTree(deps.db, bucket, query)
  if (page.cursor !== null) linkNext(deps, asked.request, asked.reply, { cursor: page.cursor })
  return page.entries
}

/** Every event has a `data:` line, else clients do not see it. */
async function* writeEvents(events: AsyncGenerator<FeedEvent>): AsyncGenerator<string> {
  yield ': following\n\n'
  for await (const event of events) {
    yield event.name === 'comment' ? ': alive\n\n' : `event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`
  }
}
