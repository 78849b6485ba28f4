/** What of a client of `mqtt` is used here; its own types want those of a browser. */
export interface MqttClient {
  on(event: 'message', listener: (topic: string, payload: Buffer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  subscribeAsync(topic: string, options: { readonly qos: 1 }): Promise<unknown>
  publishAsync(topic: string, message: Buffer, options: { readonly qos: 1 }): Promise<unknown>
  endAsync(): Promise<void>
}

interface MqttPackage {
  connectAsync(url: string): Promise<MqttClient>
}

const NAME: string = 'mqtt'

const isPackage = (value: unknown): value is MqttPackage =>
  typeof value === 'object' && value !== null && 'connectAsync' in value

/** Connects a client of the package. */
export const connectMqtt = async (port: number): Promise<MqttClient> => {
  const loaded: unknown = await import(NAME)
  if (isPackage(loaded)) return loaded.connectAsync(`mqtt://127.0.0.1:${port}`)
  throw new Error('mqtt is not what it was')
}
