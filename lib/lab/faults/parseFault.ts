import { TransportError } from '@/errors.js'
import { down, type Fault, up } from '@/lab/faults/fault.js'
import { FAULT_FORMS, type FaultForm } from '@/lab/faults/faultForms.js'
import type { Place } from '@/lab/faults/place.js'

const FAULT = /^([^:@/]*)(?::([^@/]*))?(?:@([^/]*))?((?:\/.*)?)$/s
const PLACE = /^(\d{1,15})(?:(f)(?:\+(\d{1,15}))?)?$/

/**
 * Reads a fault as it is written: `NAME[:HOW][@PLACE][/frame][/up or /down]`, such as `slice:1..7`, `latency:20±5/up` or
 * `reset@2f+6`. A place is a number of bytes, `2f` is behind two frames, `2f+6` six bytes further.
 * @throws TransportError OPTION_INVALID, whose detail says what is wrong and what to write
 */
export const parseFault = (text: string): Fault => {
  const [, name = '', how, at, flagText = ''] = FAULT.exec(text) ?? []
  const form = Object.hasOwn(FAULT_FORMS, name) ? FAULT_FORMS[name] : undefined
  if (form === undefined)
    throw wrong(text, `there is no fault ${JSON.stringify(name)}`, Object.keys(FAULT_FORMS).join(', '))
  const flags = flagText.split('/').slice(1)
  const fault = made(text, form, how, at, flags.includes('frame'))
  const ways = flags.filter((flag) => flag !== 'frame')
  if (new Set(flags).size < flags.length || ways.length > 1) throw wrong(text, 'it goes one way only', `${name}/up`)
  switch (ways[0]) {
    case undefined:
      return fault
    case 'up':
      return up(fault)
    case 'down':
      return down(fault)
    default:
      throw wrong(text, `${JSON.stringify(`/${ways[0]}`)} means nothing`, '/up or /down')
  }
}

/** Several faults, one after the other, as `parseFault` reads them. The bytes pass them in this order. */
export const parseFaults = (texts: readonly string[]): readonly Fault[] => texts.map(parseFault)

const made = (text: string, form: FaultForm, how: string | undefined, at: string | undefined, perFrame: boolean) => {
  const groups = howGroups(text, form, how)
  const place = placeOf(text, form, at)
  if (perFrame && !form.perFrame) throw wrong(text, 'it does not work on frames', form.form)
  try {
    return form.make({ groups, place, perFrame })
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { option, given, min, max } = error.detail
    throw wrong(
      text,
      `${String(option)} is ${String(given)}, which is not within ${String(min)} and ${String(max)}`,
      form.form,
    )
  }
}

const howGroups = (text: string, form: FaultForm, how: string | undefined): readonly (string | undefined)[] => {
  if (how === undefined) {
    if (form.bare) return []
    throw wrong(text, 'it does not say how much', form.form)
  }
  const groups = form.pattern?.exec(how)
  if (groups === null || groups === undefined) throw wrong(text, `${JSON.stringify(how)} has not the form`, form.form)
  return groups.slice(1)
}

const placeOf = (text: string, form: FaultForm, at: string | undefined): Place | undefined => {
  if (at === undefined) {
    if (form.at === 'needed') throw wrong(text, 'it does not say where', form.form)
    return undefined
  }
  if (form.at === 'none') throw wrong(text, 'it has no place', form.form)
  const [, number, frames, plus] = PLACE.exec(at) ?? []
  if (number === undefined) throw wrong(text, `${JSON.stringify(at)} is no place`, '@100, @2f or @2f+6')
  if (frames === undefined) return { bytes: Number(number) }
  if (form.at === 'count') throw wrong(text, 'it counts OKs, not frames', form.form)
  return { frames: Number(number), plusBytes: Number(plus ?? 0) }
}

const wrong = (given: string, problem: string, write: string): TransportError =>
  new TransportError('OPTION_INVALID', { option: 'fault', given, problem, write })
