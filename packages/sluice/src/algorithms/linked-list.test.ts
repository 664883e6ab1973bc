import { describe, expect, it } from 'vitest'
import { type Link, LinkedList } from './linked-list.ts'

describe('LinkedList', () => {
  it('has the items that were added and not removed, in the order of their addition, wherever one is removed', () => {
    const list = new LinkedList<number>()
    const links = [0, 1, 2, 3, 4, 5].map((item) => list.add(item))
    const remaining = [0, 1, 2, 3, 4, 5]
    for (const item of [2, 0, 5, 3, 4, 1]) {
      list.remove(links[item]!)
      remaining.splice(remaining.indexOf(item), 1)
      expect(list.items()).toEqual(remaining)
      expect(list.first?.item).toBe(remaining[0])
    }
    list.add(6)
    expect(list.items()).toEqual([6])
  })

  it('does nothing when a link is removed a second time', () => {
    const list = new LinkedList<string>()
    const [a] = [list.add('a'), list.add('b'), list.add('c')]
    list.remove(a)
    list.remove(a)
    expect(list.items()).toEqual(['b', 'c'])
  })

  it('leaves no way from a removed link to later ones, which would keep them alive', () => {
    const list = new LinkedList<number>()
    let last: Link<number> | undefined
    for (let item = 0; item < 100; item++) {
      const link = list.add(item)
      if (last !== undefined) list.remove(last)
      expect([last?.previous, last?.next]).toEqual([undefined, undefined])
      last = link
    }
  })
})
