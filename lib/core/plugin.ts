/**
 * Changes messages on their way: `outbound` before the length is computed, `inbound` after the whole payload has
 * arrived. Both ends need the same plugins in the same order; they apply in order on the way out and in reverse
 * order on the way in. A throw in `inbound` closes the connection with PLUGIN_REJECTED; one in `outbound` fails that
 * `transmit` with PLUGIN_FAILED.
 */
export interface Plugin {
  /** Called once per message sent, in wire order. May return the same bytes. */
  outbound(message: Uint8Array): Uint8Array
  /** Called once per message received, in wire order. Undefined swallows it: the message was the plugin's own. */
  inbound(message: Uint8Array): Uint8Array | undefined
  /** Bytes sent to the other end's plugin as a message of its own before any other, untouched by plugins. */
  greeting?(): Uint8Array
  /** What the other end's `greeting` gave; called once, before any message. A throw closes the connection. */
  greeted?(greeting: Uint8Array): void
  /** A last message sent by an orderly `close`, already as it shall travel past this plugin. */
  farewell?(): Uint8Array
  /** The other end sends no more. A throw says that something is missing, and becomes the cause of the close. */
  ended?(): void
}

/** A class makes an instance for each connection, so it may keep state of that connection; an instance is shared by all. */
export type PluginLike = Plugin | (new () => Plugin)
