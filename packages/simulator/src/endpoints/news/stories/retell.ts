import { pick } from './draw.ts'
import type { Story } from './story.ts'
import type { StoryPool } from './story-pool.ts'

const wordings: readonly ((title: string) => string)[] = [
  (title) => title,
  (title) => title.replaceAll("'", '’').replace(' after ', ' – after '),
  (title) => title.replace(/(^| )[a-z]/g, (letter) => letter.toUpperCase()),
  (title) => `Report: ${title}`,
  (title) => title.replace(' & ', ' and '),
]

/** A story's title in the words of who tells it: nearly the same. */
export function retell({ draw }: StoryPool, { title, number }: Story, teller: string): string {
  return pick(wordings, draw(number, `${teller} wording`))(title)
}

const trackers: readonly ((name: string) => string)[] = [
  (name) => `?utm_source=${name}&utm_medium=referral&utm_campaign=practice`,
  (name) => `/?utm_source=${name}`,
  () => '?fbclid=IwAR0practice',
  (name) => `?utm_content=x&utm_source=${name}#comments`,
  () => '',
]

/** A story's address as who tells it hands it on: with what says where the reader comes from. */
export function tracked({ draw }: StoryPool, { url, number }: Story, teller: string): string {
  const host = draw(number, `${teller} www`) < 0.5 ? url.replace('https://', 'https://www.') : url
  return host + pick(trackers, draw(number, `${teller} tracker`))(teller)
}
