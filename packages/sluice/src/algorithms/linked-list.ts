/** Node of a `LinkedList`, used to remove its item. */
export class Link<T> {
  readonly item: T
  previous: Link<T> | undefined
  next: Link<T> | undefined
  isListed = true

  constructor(item: T, previous: Link<T> | undefined) {
    this.item = item
    this.previous = previous
  }
}

/**
 * List in order of addition, with removal of any item in constant time, for items that come and go with each call.
 *
 * A removed link references no other. A `Set` or `Map` replaces its table every few dozen removals, and each old table
 * references the next: once V8 has moved one of them to the old generation, it considers all later ones, and the calls
 * in them, alive.
 */
export class LinkedList<T> {
  #first: Link<T> | undefined
  #last: Link<T> | undefined

  get first(): Link<T> | undefined {
    return this.#first
  }

  add(item: T): Link<T> {
    const link = new Link(item, this.#last)
    if (this.#last === undefined) this.#first = link
    else this.#last.next = link
    this.#last = link
    return link
  }

  /** Removes a link of this list. Further calls have no effect. */
  remove(link: Link<T>): void {
    if (!link.isListed) return
    const { previous, next } = link
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    link.isListed = false
    link.previous = undefined
    link.next = undefined
  }

  /** Copy of the items, which can be iterated while items are removed. */
  items(): T[] {
    const items: T[] = []
    for (let link = this.#first; link !== undefined; link = link.next) items.push(link.item)
    return items
  }
}
