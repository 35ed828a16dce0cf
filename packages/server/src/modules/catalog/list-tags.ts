import type { RepoType } from '@stoa/contracts'
import {
  DATASET_TASK_CATEGORIES,
  LICENCES,
  languageName,
  libraryLabel,
  PIPELINE_TAGS,
  SIZE_CATEGORIES,
} from '@stoa/formats'
import type { CatalogDeps } from './deps.js'
import { listPublicValues } from './queries/facets.js'

/** One tag of the lists by type (hub-api 2.69). */
export interface TypedTag {
  readonly id: string
  readonly label: string
  readonly type: string
  readonly subType?: string
}

/** Tags by type: what every Hub knows, and the libraries and languages that public repositories here carry. */
export async function listTagsByType(
  deps: CatalogDeps,
  kind: 'model' | 'dataset',
  only?: string,
): Promise<Record<string, TypedTag[]>> {
  const seen = await listPublicValues(deps.db, kind satisfies RepoType)
  const values = (facet: string): string[] => seen.filter((one) => one.facet === facet).map((one) => one.value)
  const licences = Object.entries(LICENCES).map(([id, label]) => ({ id: `license:${id}`, label, type: 'license' }))
  const tasks = PIPELINE_TAGS.map(({ id, label, modality }) => ({ id, label, type: 'pipeline_tag', subType: modality }))
  const languages = values('language')
  const tags: Record<string, TypedTag[]> =
    kind === 'model'
      ? {
          pipeline_tag: tasks,
          library: values('library').map((id) => ({ id, label: libraryLabel(id), type: 'library' })),
          license: licences,
          language: languages.map((id) => ({ id, label: languageName(id), type: 'language' })),
        }
      : {
          task_categories: [...new Set([...PIPELINE_TAGS.map(({ id }) => id), ...DATASET_TASK_CATEGORIES])].map(
            (id) => ({
              id: `task_categories:${id}`,
              label: PIPELINE_TAGS.find((tag) => tag.id === id)?.label ?? id,
              type: 'task_categories',
            }),
          ),
          size_categories: SIZE_CATEGORIES.map((id) => ({
            id: `size_categories:${id}`,
            label: id,
            type: 'size_categories',
          })),
          license: licences,
          language: languages.map((id) => ({ id: `language:${id}`, label: languageName(id), type: 'language' })),
        }
  if (only === undefined) return tags
  return Object.hasOwn(tags, only) ? { [only]: tags[only] ?? [] } : {}
}
