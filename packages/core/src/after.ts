/**
 * Work that is done at once where it can be, and later where it must.
 *
 * @module
 */

/** Goes on with a value that is there, or once it is. What is there costs no promise, and what is thrown then is thrown at once. */
export function after<Value, Next>(
  value: Value | Promise<Value>,
  goOn: (value: Value) => Next | Promise<Next>,
): Next | Promise<Next> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}
