/** Value of a consumer (`each`) that has written the body to a file: the store keeps the path in place of the body. */
export class BodyInFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}
