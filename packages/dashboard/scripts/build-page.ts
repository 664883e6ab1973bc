import { join } from 'node:path'
import { rolldown } from 'rolldown'

// Puts the script of the page into one file that browsers load as it is: from what `tsc -b` has built, with the parts for browsers.

const folder = join(import.meta.dirname, '..')
await using build = await rolldown({
  input: join(folder, 'dist/page/main.js'),
  platform: 'browser',
  transform: { target: 'es2022' },
  resolve: { conditionNames: ['browser', 'import', 'default'] },
})
await build.write({ file: join(folder, 'assets/page.js'), format: 'esm', minify: true })
