import type { PoolKeySettings } from './options.ts'

/** Name of the limits of a key in a partition. */
export function nameWithKey(partition: string, { name }: PoolKeySettings): string {
  return `${partition} (key ${name})`
}

/** Partition whose key has limits with this name; undefined if they apply to all partitions. */
export function withoutKey(name: string | undefined, pool: readonly PoolKeySettings[] | undefined): string | undefined {
  const suffix = pool?.map((key) => nameWithKey('', key)).find((text) => name?.endsWith(text))
  return suffix === undefined ? name : name!.slice(0, -suffix.length) || undefined
}
