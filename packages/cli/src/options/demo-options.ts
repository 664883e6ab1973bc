import type { OptionTable } from './option.ts'

/** The flags of `demo` as they are typed. */
export interface DemoFlags {
  readonly fast?: boolean
}

/** Every flag of `demo`. */
export const demoOptions: OptionTable<DemoFlags> = {
  fast: {
    flags: '--fast',
    group: 'Other',
    description: 'fewer products and shorter delays, for a quick look',
    hasTwin: false,
  },
}
