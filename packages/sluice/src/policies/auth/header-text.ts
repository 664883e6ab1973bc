/** True if it can stand in a header as it is: visible ASCII, with spaces inside at most. */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)
}
