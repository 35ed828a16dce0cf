import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { Deployment, DeploymentFile } from '../models/deployment.js'
import type { RuntimeKind } from '../../runtimes/index.js'

interface DeploymentRow {
  readonly id: string
  readonly repoId: string
  readonly commitOid: string
  readonly runtime: string
  readonly task: string
  readonly modelFile: string
  readonly files: unknown
  readonly sizeBytes: bigint
  readonly estimateBytes: bigint
  readonly contextTokens: number
  readonly createdAt: Date
}

export async function findDeployment(db: Db, repoId: string, commitOid: string): Promise<Deployment | null> {
  const row = await db
    .selectFrom('inference.deployments')
    .selectAll()
    .where('repoId', '=', repoId)
    .where('commitOid', '=', commitOid)
    .executeTakeFirst()
  return row ? toDeployment(row) : null
}

/** Keeps the first when two callers make the same one. */
export async function insertDeployment(tx: Tx, deployment: Deployment): Promise<void> {
  await tx
    .insertInto('inference.deployments')
    .values({
      ...deployment,
      files: JSON.stringify(deployment.files),
      sizeBytes: BigInt(deployment.sizeBytes),
      estimateBytes: BigInt(deployment.estimateBytes),
    })
    .onConflict((conflict) => conflict.columns(['repoId', 'commitOid']).doNothing())
    .execute()
}

/** A repository that can be called by its own name. */
export interface ServedRepo {
  readonly repoId: string
  readonly fullName: string
  readonly deployment: Deployment
}

export async function listServedRepos(db: Db, limit: number): Promise<ServedRepo[]> {
  const rows = await db
    .selectFrom('inference.servedRepos as served')
    .innerJoin('inference.deployments as deployment', 'deployment.id', 'served.deploymentId')
    .selectAll('deployment')
    .select('served.fullName')
    .orderBy('served.fullName')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ repoId: row.repoId, fullName: row.fullName, deployment: toDeployment(row) }))
}

export async function upsertServedRepo(
  tx: Tx,
  repoId: string,
  fullName: string,
  deploymentId: string,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('inference.servedRepos')
    .values({ repoId, fullName, deploymentId, updatedAt: now })
    .onConflict((conflict) => conflict.column('repoId').doUpdateSet({ fullName, deploymentId, updatedAt: now }))
    .execute()
}

export async function isServed(db: Db, repoId: string): Promise<boolean> {
  const found = db.selectFrom('inference.servedRepos').select('repoId').where('repoId', '=', repoId)
  return (await found.executeTakeFirst()) !== undefined
}

export async function deleteServedRepo(tx: Tx, repoId: string): Promise<void> {
  await tx.deleteFrom('inference.servedRepos').where('repoId', '=', repoId).execute()
}

function toDeployment(row: DeploymentRow): Deployment {
  return {
    ...row,
    runtime: row.runtime as RuntimeKind,
    files: row.files as DeploymentFile[],
    sizeBytes: Number(row.sizeBytes),
    estimateBytes: Number(row.estimateBytes),
  }
}

/** Commits of a repository that are served, or were. */
export async function listDeployedCommits(db: Db, repoId: string): Promise<string[]> {
  const rows = await db.selectFrom('inference.deployments').select('commitOid').where('repoId', '=', repoId).execute()
  return rows.map((row) => row.commitOid)
}

/** Tasks of served models among some lower-case names. */
export async function listServedTasks(
  db: Db,
  names: readonly string[],
): Promise<{ readonly fullName: string; readonly task: string }[]> {
  const { rows } = await sql<{ fullName: string; task: string }>`
    select served.full_name, deployment.task from inference.served_repos served
    join inference.deployments deployment on deployment.id = served.deployment_id
    where lower(served.full_name) = any(${[...names]}::text[])`.execute(db)
  return rows
}

export async function listServedNames(db: Db, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('inference.servedRepos').select('fullName').limit(limit).execute()
  return rows.map((row) => row.fullName)
}
