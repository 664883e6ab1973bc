export type { CommitGroup, QuotaSend, SourceProgress } from './commit-group.ts'
export { StoreError } from './errors.ts'
export { MemoryStore } from './memory/memory-store.ts'
export type { Page, ResultFilter, RunStore } from './run-store.ts'
export {
  type BodyKind,
  endingOf,
  type ParkedItem,
  type SpooledItem,
  type StoredError,
  type StoredResult,
} from './stored-item.ts'
export {
  type ErrorTally,
  isFinished,
  type NewRun,
  type RunTallies,
  type SourceMark,
  type StoredRun,
  type StoredSource,
} from './stored-run.ts'
