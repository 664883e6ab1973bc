/** `npm run test:soak` tries what takes its time in full; every other run tries a short form of the same. */
export const isLongForm: boolean = process.env.SLUICE_SOAK === '1'
