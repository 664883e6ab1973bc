/** Value of a consumer (`each`) that wrote the body to a file. The path is stored in place of the body. */
export class BodyInFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}
