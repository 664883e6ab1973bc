import { cleanText } from '@sluice/report/markup'
import type { GivenSource } from './context.ts'

/** A folder of sources, with those of the folders in it. */
export interface Folder {
  /** Its path: `Technology/Databases`. */
  readonly name: string
  readonly sources: readonly string[]
}

export const longestFolder = 200
const mostFolders = 100

/** The folders of these sources by name, the outer ones before those in them. */
export function foldersOf(sources: readonly GivenSource[] = []): readonly Folder[] {
  const folders = new Map<string, string[]>()
  for (const { key, folder = '' } of sources) {
    const parts = folder
      .split('/')
      .map((part) => cleanText(part))
      .filter(Boolean)
    for (let depth = 1; depth <= parts.length; depth++) {
      const name = parts.slice(0, depth).join('/')
      if (name.length > longestFolder) break
      folders.set(name, [...(folders.get(name) ?? []), key])
    }
  }
  return Array.from(folders, ([name, keys]) => ({ name, sources: keys }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
    .slice(0, mostFolders)
}
