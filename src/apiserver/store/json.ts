// The JSON text of a stored object: made once per object, then shared by the database, lists and watches.
const texts = new WeakMap<object, string>()

/** Only for objects that never change again: the text is remembered by identity. */
export function jsonOf(object: object): string {
  let text = texts.get(object)
  if (text === undefined) {
    text = JSON.stringify(object)
    texts.set(object, text)
  }
  return text
}
