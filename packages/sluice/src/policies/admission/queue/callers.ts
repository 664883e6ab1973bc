import { CallerQueue, type Level } from './caller-queue.ts'

/** Above this number, callers with no turns left to wait for are dropped, and priorities without waiting calls. */
const maxIdle = 1_000

/** Queues of callers by priority and name. */
export class Callers {
  readonly #levels = new Map<number, Level>()
  #sweepAt = maxIdle

  queue(priority: number, caller: string): CallerQueue {
    const level = this.#levels.get(priority) ?? this.#open(priority)
    let queue = level.queues.get(caller)
    if (queue === undefined) {
      if (level.queues.size >= level.sweepAt) sweepLevel(level)
      queue = new CallerQueue(level)
      level.queues.set(caller, queue)
    }
    return queue
  }

  *all(): Iterable<CallerQueue> {
    for (const { queues } of this.#levels.values()) yield* queues.values()
  }

  #open(priority: number): Level {
    if (this.#levels.size >= this.#sweepAt) this.#sweep()
    const level = { priority, now: 0, queues: new Map(), sweepAt: maxIdle }
    this.#levels.set(priority, level)
    return level
  }

  #sweep(): void {
    for (const [priority, { queues }] of this.#levels) {
      if (Array.from(queues.values()).every(({ size }) => size === 0)) this.#levels.delete(priority)
    }
    this.#sweepAt = Math.max(maxIdle, this.#levels.size * 2)
  }
}

/** Drops callers that would start at the current turn anyway. */
function sweepLevel(level: Level): void {
  for (const [name, { size, turn }] of level.queues) if (size === 0 && turn <= level.now) level.queues.delete(name)
  level.sweepAt = Math.max(maxIdle, level.queues.size * 2)
}
