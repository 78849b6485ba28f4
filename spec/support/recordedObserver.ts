import type { FramingObserver } from '@/framings/framing.js'

/** Writes down what a framing tells. */
export class RecordedObserver implements FramingObserver {
  readonly log: string[] = []

  openingSent(byte: number): void {
    this.log.push(`opening sent ${byte.toString(16)}`)
  }
  openingReceived(byte: number): void {
    this.log.push(`opening received ${byte.toString(16)}`)
  }
  lengthSent(size: number): void {
    this.log.push(`length sent ${size}`)
  }
  lengthReceived(size: number): void {
    this.log.push(`length received ${size}`)
  }
  answerSent(byte: number, count: number): void {
    this.log.push(`answer sent ${byte.toString(16)} x ${count}`)
  }
  answerReceived(byte: number, count: number): void {
    this.log.push(`answer received ${byte.toString(16)} x ${count}`)
  }
  collided(): void {
    this.log.push('collided')
  }
}
