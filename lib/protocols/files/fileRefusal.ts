/** Why a file is not served, as the name of the system error that says it best. Stays inside this room. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal'

  constructor(readonly code: 'EACCES' | 'EFBIG' | 'EINVAL' | 'EISDIR' | 'ENOENT' | 'EROFS') {
    super(code)
  }
}
