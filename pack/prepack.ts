import { stderr } from 'node:process'

// The script `prepack` of every package: what lies in the checkout is not what is published.
stderr.write('Run `npm run pack` in the root of the checkout, and publish what it makes: npm publish packs/NAME.tgz\n')
process.exitCode = 1
