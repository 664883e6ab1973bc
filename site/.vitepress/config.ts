import { copyFileSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { anchorOf, linkedFile, pages, root, sidebar } from '../pages.ts'

// The site is made of the Markdown files where they are, so that their links work on GitHub and here. Fonts are those of the
// reader's system and the search index is part of the site: a page requests nothing from elsewhere.

/** Part of a markdown-it token that links need. */
interface Token {
  readonly type: string
  readonly children: Token[] | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}

interface Markdown {
  readonly core: {
    readonly ruler: {
      push(name: string, rule: (state: { tokens: Token[]; env: { relativePath: string } }) => void): void
    }
  }
}

/** Source files that pages link to; each becomes a text file of the site. */
const files = new Set<string>()

function linkSourceFiles(markdown: Markdown): void {
  markdown.core.ruler.push('source_files', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      const file = href === null ? undefined : linkedFile(env.relativePath, href)
      if (file === undefined) continue
      files.add(file)
      token.attrSet('href', posix.relative(posix.dirname(env.relativePath), `files/${file}.txt`))
      token.attrSet('target', '_self')
    }
  })
}

/** True for a site that is only checked: see `build.ts`. */
const isQuick = process.env.SITE_QUICK === '1'

const index = readFileSync(join(root, 'docs/README.md'), 'utf8')

export default {
  title: 'Sluice',
  description: 'Runs any number of API calls as fast as the API allows, no faster, and accounts for every one.',
  srcDir: root,
  srcExclude: globSync('**/*.md', { cwd: root, exclude: ['**/node_modules/**'] }).filter(
    (file) => !pages.includes(file),
  ),
  rewrites: { ':folder(.*)README.md': ':folder(.*)index.md' },
  outDir: join(root, 'site/dist'),
  cacheDir: join(root, 'site/node_modules/.cache'),
  // Where it is served: `/` or a folder such as `/sluice/`.
  base: process.env.SITE_BASE ?? '/',
  markdown: {
    anchor: { slugify: anchorOf },
    config: linkSourceFiles,
    ...(isQuick && {
      highlight: (code: string) => `<pre v-pre>${code.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</pre>`,
    }),
  },
  // The pages lie outside of this folder, where Vue is installed.
  vite: {
    plugins: [
      {
        name: 'vue-beside-the-config',
        enforce: 'pre',
        resolveId: (id: string, _from: string | undefined, { ssr = false }: { readonly ssr?: boolean }) =>
          ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
      },
    ],
    build: { chunkSizeWarningLimit: 2_000, minify: !isQuick },
  },
  themeConfig: {
    nav: [
      { text: 'Documentation', link: '/docs/' },
      { text: 'Command', link: '/docs/cli' },
      { text: 'Library', link: '/docs/reference/' },
    ],
    sidebar: sidebar(index),
    outline: [2, 3],
    search: isQuick ? undefined : { provider: 'local' },
  },
  buildEnd({ outDir }: { readonly outDir: string }) {
    for (const file of files) {
      const copy = join(outDir, 'files', `${file}.txt`)
      mkdirSync(dirname(copy), { recursive: true })
      copyFileSync(join(root, file), copy)
    }
  },
}
