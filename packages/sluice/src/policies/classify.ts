/** What an ended attempt means for what happens next. */
export type Verdict = 'success' | 'throttled' | 'transient' | 'permanent' | 'notSent' | 'cancelled'
