import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { paint, type Style } from '../../terminal/terminal.ts'

/** Commands to type after the demo. They have no comments: zsh, when typed to, takes those for arguments. */
export function nextCommands(port: number, style: Style, env: NodeJS.ProcessEnv, folder: string): string {
  const sluice = typedName(env, folder)
  const commands = [
    `${sluice} fetch 'http://127.0.0.1:${port}/products/[1-600]' -c 20 \\`,
    '    --rate 60/s --store --name tour --dash',
    `${sluice} resume tour`,
    `${sluice} export tour -o products.csv`,
  ]
  const bold = (command: string): string => `  ${paint(style, 'bold', command)}\n`
  return `
Try next. In one terminal:
${bold(`${sluice} simulate --port ${port} --limit fixed:60/s --error-rate 503:5%`)}In another, one after the other (Ctrl-C stops the first, or open its live page):
${commands.map(bold).join('')}`
}

/** The command as this user types it: by npx in a project that has it, by its name where it is installed. */
function typedName(env: NodeJS.ProcessEnv, folder: string): string {
  // npm runs scripts in the folder of the package, wherever the user is.
  for (let place = env.INIT_CWD ?? folder; ; place = dirname(place)) {
    if (existsSync(join(place, 'node_modules/.bin/sluice'))) return 'npx sluice'
    if (place === dirname(place)) break
  }
  const places = (env.PATH ?? '').split(delimiter).filter((place) => !/[\\/](?:_npx|node_modules)[\\/]/.test(place))
  return places.some((place) => existsSync(join(place, 'sluice'))) ? 'sluice' : 'npx @sluice/cli'
}
