import { fieldWords } from '@/lab/decoders/fieldWords.js'
import type { MemberReader } from '@/lab/decoders/memberReader.js'
import type { Field } from '@/lab/wire/field.js'

/** `namespace "/", user "x"`: the members that were there, in the order of the description. */
export const memberWords = (members: MemberReader, fields: readonly Field[]): string =>
  fields
    .flatMap((field) => {
      const value = members.value(field.name)
      return value === undefined ? [] : [fieldWords(field, value, value.length)]
    })
    .join(', ')
