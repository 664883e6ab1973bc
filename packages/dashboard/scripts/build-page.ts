import { join } from 'node:path'
import { writePageScript } from './page-script.ts'

await writePageScript(join(import.meta.dirname, '../assets/page.js'))
