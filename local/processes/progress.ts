/** Tells on the terminal what's being done at the moment, and how long the whole took. */
export type Progress = {
  step(text: string): void
  /** Something to remember, that stays on the screen. */
  note(text: string): void
  done(): void
}

const shown = process.stdout.isTTY

/** On a terminal one line that changes, with a clock; elsewhere a line for each step. */
export function startProgress(): Progress {
  const startedAt = Date.now()
  let current = ''
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
  const draw = () => process.stdout.write(`\r\x1b[Kweft: ${current} … ${seconds()}`)
  const clear = () => shown && process.stdout.write('\r\x1b[K')
  const clock = shown ? setInterval(draw, 100) : undefined
  clock?.unref()
  return {
    step(text) {
      current = text
      if (shown) draw()
      else console.log(`weft: ${text} … (${seconds()})`)
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
