/** Tells on the terminal what's being done at the moment, and how long the whole took. */
export type Progress = {
  /** What the start is at; nothing when it only waits for what goes on beside. */
  step(text: string): void
  /** Something that goes on at the same time, until the function that it answers with is called. */
  beside(text: string): () => void
  /** Something to remember, that stays on the screen. */
  note(text: string): void
  done(): void
}

const shown = process.stdout.isTTY

/** On a terminal one line that changes, with a clock; elsewhere a line for each step. */
export function startProgress(): Progress {
  const startedAt = Date.now()
  let current = ''
  const beside = new Set<string>()
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
  const draw = () =>
    process.stdout.write(
      `\r\x1b[Kweft: ${[current, ...beside].filter(Boolean).join('; ')} … ${seconds()}`,
    )
  const clear = () => shown && process.stdout.write('\r\x1b[K')
  const clock = shown ? setInterval(draw, 100) : undefined
  clock?.unref()
  const tell = (text: string) => {
    if (shown) draw()
    else if (text) console.log(`weft: ${text} … (${seconds()})`)
  }
  return {
    step(text) {
      current = text
      tell(text)
    },
    beside(text) {
      beside.add(text)
      tell(text)
      return () => beside.delete(text)
    },
    note(text) {
      clear()
      console.log(`weft: ${text}`)
    },
    done() {
      clearInterval(clock)
      clear()
      console.log(`weft: ready after ${seconds()}`)
    },
  }
}
