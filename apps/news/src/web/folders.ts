import { cleanText } from '@sluice/report/markup'
import type { GivenSource } from './context.ts'

/** A folder of sources, including those of its subfolders. */
export interface Folder {
  /** Path of the folder: `Technology/Databases`. */
  readonly name: string
  readonly sources: readonly string[]
}

export const longestFolder = 200
const maxFolders = 100

/** Folders of these sources by name, parents before children. */
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
    .slice(0, maxFolders)
}
