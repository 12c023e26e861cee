import type { Random } from './random.ts'

/** Something that will happen. */
export interface Task {
  readonly at: number
  /** Among what happens at the same moment, chance decides. */
  readonly tie: number
  readonly owner: Owner | null
  run: (() => void) | null
}

/** Whose tasks happen only while it lives, and not while it's standing still. */
export interface Owner {
  readonly isAlive: boolean
  /** Milliseconds since 1970. */
  readonly stillUntil: number
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie)

/** So many tasks are handed to Node at once; promises are settled after each of them. */
const AT_ONCE = 64

/**
 * The only clock and the only scheduler of a simulated world: time jumps from one thing that happens to the next, and
 * what the promises of one led to is done before the next begins. The same seed gives the same order, always.
 */
export class Timeline {
  now: number
  /** How many things have happened. */
  steps = 0
  readonly #random: Random
  /** A heap: each is before the two at 2i+1 and 2i+2. */
  readonly #tasks: Task[] = []

  constructor(start: number, random: Random) {
    this.now = start
    this.#random = random
  }

  after(milliseconds: number, owner: Owner | null, run: () => void): Task {
    const at = this.now + Math.max(0, Math.ceil(milliseconds))
    const task = { at, tie: this.#random.next(), owner, run }
    this.#push(task)
    return task
  }

  cancel(task: Task): void {
    task.run = null
  }

  /** Lets things happen until nothing is left, or `isOver`, or there were more than `most`. Says whether it came to an end. */
  run(isOver: () => boolean, most: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let left = 0
      let isDone = false
      const turn = (): void => {
        left -= 1
        if (isDone) return
        try {
          const goesOn = this.steps < most && !isOver() && this.#step()
          if (!goesOn) {
            isDone = true
            return resolve(this.steps < most)
          }
        } catch (problem) {
          isDone = true
          return reject(problem instanceof Error ? problem : new Error(String(problem)))
        }
        if (left === 0) schedule()
      }
      const schedule = (): void => {
        for (left = 0; left < AT_ONCE; left++) setImmediate(turn)
      }
      schedule()
    })
  }

  /** False when nothing is left to happen. */
  #step(): boolean {
    for (;;) {
      const task = this.#pop()
      if (task === undefined) return false
      const { owner, run } = task
      if (run === null || owner?.isAlive === false) continue
      this.now = Math.max(this.now, task.at)
      if (owner !== null && owner.stillUntil > this.now) {
        const later = { ...task, at: owner.stillUntil }
        // Who cancels the task cancels what became of it.
        later.run = () => task.run?.()
        this.#push(later)
        continue
      }
      this.steps += 1
      run()
      return true
    }
  }

  #push(task: Task): void {
    const tasks = this.#tasks
    let index = tasks.length
    tasks.push(task)
    while (index > 0) {
      const above = (index - 1) >> 1
      const other = tasks[above]
      if (other === undefined || !isBefore(task, other)) break
      tasks[index] = other
      index = above
    }
    tasks[index] = task
  }

  #pop(): Task | undefined {
    const tasks = this.#tasks
    const first = tasks[0]
    const last = tasks.pop()
    if (first === undefined || last === undefined || tasks.length === 0) return first
    let index = 0
    for (;;) {
      const [left, right] = [tasks[2 * index + 1], tasks[2 * index + 2]]
      if (left === undefined) break
      const isRight = right !== undefined && isBefore(right, left)
      const below = isRight ? right : left
      if (!isBefore(below, last)) break
      tasks[index] = below
      index = 2 * index + (isRight ? 2 : 1)
    }
    tasks[index] = last
    return first
  }
}
