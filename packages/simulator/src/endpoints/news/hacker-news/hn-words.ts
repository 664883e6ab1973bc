/** What those who post write of themselves: beginnings of titles. */
export const askTitles = [
  "Ask HN: What's your way to read logs on a train?",
  'Ask HN: Which parser would you write again?',
  'Ask HN: How do you keep R&D notes for ten years?',
  'Ask HN: Is <b> still fine in 2026?',
] as const

export const showTitles = [
  'Show HN: A clock that counts in primes',
  'Show HN: Tides & trains on one page',
  "Show HN: I've put my garden's sensors on a map",
  'Show HN: A queue in 100 lines',
] as const

export const jobTitles = [
  'Tellworks (YC W31) is hiring people who like old networks',
  'Quillon Maps (YC S29) wants a second engineer',
  'Saltworks & Sons (YC W30) is hiring in Brackwater',
] as const

export const ownTitles = [
  'Notes on a small compiler',
  'Why the cache was right after all',
  "The kernel's quietest corner",
  'A history of the semicolon',
  'Measuring what a context switch costs',
  'Fonts & their forgotten tables',
] as const

export const remarks = [
  "I've tried this at work, and it doesn't hold beyond 10/s & a bit.",
  'Does anybody know how this compares with <table> layouts?',
  'The second half is better than the first.',
  'We had the same in 2009; it was the disk.',
] as const

export const userNames = [
  'tidewatch',
  'mossy',
  'kelp42',
  'gantry',
  'oldmodem',
  'quillpen',
  'barleyfan',
  'nightferry',
] as const
