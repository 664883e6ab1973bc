import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, env, execPath, stdout } from 'node:process'
import { installPackages } from '../install-packages.ts'

// Makes the site of the documentation in site/dist: npm run docs:site. It fails if a page links to a page that does not exist,
// or would load a script, a style or a picture from another host. `-- --quick` leaves out highlighting, search and minification:
// half the time, for CI.

const folder = import.meta.dirname
const dist = join(folder, 'dist')

if (!installPackages(folder)) throw new Error('npm ci failed in site/.')
execFileSync(execPath, [join(folder, 'node_modules/vitepress/bin/vitepress.js'), 'build', folder], {
  stdio: 'inherit',
  env: { ...env, SITE_QUICK: argv.includes('--quick') ? '1' : '' },
})

const pages = globSync('**/*.html', { cwd: dist })
const foreign = pages.filter((page) =>
  /<(script|link|img|source)\b[^>]*\b(src|srcset|href)="(https?:)?\/\//.test(readFileSync(join(dist, page), 'utf8')),
)
if (foreign.length > 0) throw new Error(`These pages load something from another host: ${foreign.join(', ')}.`)
stdout.write(`${pages.length} pages in site/dist. To look at them: npx --prefix site vitepress preview site\n`)
