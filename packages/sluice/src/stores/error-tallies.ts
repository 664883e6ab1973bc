/** So many different messages of a run are counted each; servers that put a number into each must not fill the store. */
export const mostMessages = 200

/** What further messages are counted under, for each code. */
export const otherMessages = 'other messages'
