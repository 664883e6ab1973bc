/** Different URLs, one for each call. */
export function* urls(url: string, calls: number): Generator<string> {
  for (let index = 0; index < calls; index++) yield `${url}?n=${index}`
}

/** Works on the URLs, so many at once, for clients that have no such thing of their own. */
export async function inParallel(
  url: string,
  calls: number,
  concurrency: number,
  work: (url: string) => Promise<unknown>,
): Promise<void> {
  const source = urls(url, calls)
  const worker = async (): Promise<void> => {
    for (const each of source) await work(each)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
