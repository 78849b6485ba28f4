import { type KeyObject, webcrypto } from 'node:crypto'

/** @throws what the system says of a block that does not open */
export type BlockOpener = (block: Uint8Array) => Promise<Buffer>

/**
 * Opens RSA-OAEP blocks (SHA-1, no label) beside the event loop: each takes a third of a millisecond, and a thousand of
 * them may have waited for a handler. Of all that `node:crypto` does with RSA keys, this has an asynchronous form.
 */
export const blockOpener = (privateKey: KeyObject): BlockOpener => {
  let imported: Promise<webcrypto.CryptoKey> | undefined
  return async (block) => {
    imported ??= importedKey(privateKey)
    return Buffer.from(await webcrypto.subtle.decrypt(NAME, await imported, block))
  }
}

const NAME = 'RSA-OAEP'

const importedKey = async (privateKey: KeyObject): Promise<webcrypto.CryptoKey> => {
  const der = privateKey.export({ type: 'pkcs8', format: 'der' })
  const key = await webcrypto.subtle.importKey('pkcs8', der, { name: NAME, hash: 'SHA-1' }, false, ['decrypt'])
  der.fill(0)
  return key
}
