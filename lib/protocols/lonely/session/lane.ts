import { Deque } from '@/bytes/deque.js'
import { Deferred } from '@/core/index.js'

/** Something to do, now or with a promise. */
export type Task = () => void | Promise<void>

interface Waiting {
  readonly task: Task
  readonly bytes: number
}

/**
 * Does one thing after the other, in order: at once while nothing waits, so that what needs no promise makes none.
 * After a failure nothing more is done.
 */
export class Lane {
  readonly #failed: (error: unknown) => void
  readonly #maxTasks: number
  readonly #maxBytes: number
  readonly #waiting = new Deque<Waiting>()
  #bytes = 0
  #state: 'free' | 'busy' | 'over' = 'free'
  #eased: Deferred | undefined

  /**
   * @param failed hears the first throw or rejection
   * @param maxTasks beyond so many waiting tasks, or bytes, `run` asks for patience
   */
  constructor(failed: (error: unknown) => void, maxTasks: number, maxBytes: number) {
    this.#failed = failed
    this.#maxTasks = maxTasks
    this.#maxBytes = maxBytes
  }

  /**
   * @param bytes of memory that the task holds while it waits
   * @returns a promise when too much waits, which resolves when that is no longer so, or never will be
   */
  run(task: Task, bytes: number): void | Promise<void> {
    if (this.#state === 'over') return
    if (this.#state === 'free') return this.#perform(task)
    this.#waiting.push({ task, bytes })
    this.#bytes += bytes
    if (!this.#crowded) return
    this.#eased ??= new Deferred()
    return this.#eased.promise
  }

  /** Something is being done, or waits. */
  get busy(): boolean {
    return this.#state === 'busy'
  }

  /** Nothing that waits will be done. */
  stop(): void {
    this.#state = 'over'
    this.#waiting.takeAll()
    this.#eased?.resolve()
  }

  get #crowded(): boolean {
    return this.#waiting.length > this.#maxTasks || this.#bytes > this.#maxBytes
  }

  #perform(task: Task): void {
    this.#state = 'busy'
    try {
      const result = task()
      if (result !== undefined) {
        result.then(
          () => this.#next(),
          (error: unknown) => this.#fail(error),
        )
        return
      }
    } catch (error) {
      return this.#fail(error)
    }
    this.#free()
  }

  #next(): void {
    this.#free()
    for (;;) {
      const next = this.#state === 'free' ? this.#waiting.shift() : undefined
      if (next === undefined) break
      this.#bytes -= next.bytes
      this.#perform(next.task)
    }
    if (this.#eased === undefined || this.#crowded) return
    this.#eased.resolve()
    this.#eased = undefined
  }

  #free(): void {
    if (this.#state === 'busy') this.#state = 'free'
  }

  #fail(error: unknown): void {
    if (this.#state === 'over') return
    this.stop()
    this.#failed(error)
  }
}
