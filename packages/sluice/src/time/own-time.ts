/** Time that a function of the user's may take to settle, in milliseconds: a policy by itself, a validator, the fetch of a token. */
export const ownTime = 300_000
