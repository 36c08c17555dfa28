/**
 * Preload of `npm start`: stops with one clear line on a Node that cannot run TypeScript sources. It is plain JavaScript,
 * so that such a Node gets as far as the message.
 *
 * @module
 */

const version = process.versions.node.split('.')
if (Number(version[0]) < 22 || (Number(version[0]) === 22 && Number(version[1]) < 18)) {
  console.error(
    `The example runs TypeScript sources and needs Node 22.18 or newer; this is ${process.version}. ` +
      'Use "npm start": npm scripts bring their own Node.',
  )
  process.exit(1)
}
