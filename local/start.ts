// `npm start`: the whole of Weft on this machine, as it would be served to people.
import { ensureBuild } from './app/build.ts'
import { runBuiltApp } from './app/run-app.ts'
import { runEverything } from './run.ts'

await runEverything({
  async prepareApp(progress) {
    let built = (): unknown => undefined
    const build = await ensureBuild(() => (built = progress.beside('building the app'))).finally(
      () => built(),
    )
    return (stack, log) => runBuiltApp(build, stack.env, log)
  },
})
