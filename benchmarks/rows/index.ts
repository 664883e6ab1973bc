import type { Row } from '../row.ts'
import { cpu } from './cpu.ts'
import { dash } from './dash.ts'
import { events } from './events.ts'
import { gateway } from './gateway.ts'
import { kindRows } from './kinds.ts'
import { long } from './long.ts'
import { many } from './many.ts'
import { memory } from './memory.ts'
import { start } from './start.ts'
import { store } from './store.ts'
import { stored } from './stored.ts'
import { waiting } from './waiting.ts'

export const rows: readonly Row[] = [
  cpu,
  long,
  ...kindRows,
  gateway,
  stored,
  events,
  dash,
  waiting,
  many,
  memory,
  store,
  start,
]
