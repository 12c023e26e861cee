import type { SubmitFunction } from '$app/forms'

/** Whether a form is on its way, for its button. Use: `use:enhance={form.send}` and `busy={form.busy}`. */
export class Submitting {
  busy = $state(false)

  send: SubmitFunction = ({ cancel }) => {
    if (this.busy) {
      cancel()
      return
    }
    this.busy = true
    return async ({ update }) => {
      // What was typed stays when something was wrong with it.
      await update({ reset: false })
      this.busy = false
    }
  }
}
