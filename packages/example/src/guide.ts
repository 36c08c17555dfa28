/**
 * What to try first.
 *
 * @module
 */

/** Where requests go. */
export interface GuideOptions {
  /** Where the server listens, such as `http://localhost:3000`. */
  readonly url: string
  /** The origin that it is configured with. */
  readonly origin: string
  /** The file in which curl is to keep its cookies. */
  readonly jar: string
  /** The folder to which mails go. */
  readonly outbox: string
  /** Whether there are refresh tokens. */
  readonly keepsSessions: boolean
}

/** Describes a walk through the API as lines to paste into a shell, in order. */
export function describeRequests({ url, origin, jar, outbox, keepsSessions }: GuideOptions): string {
  // curl ends with a line break of its own, so that the prompt stands below the answer.
  const curl = `curl -i -w '\\n'`
  const send = `-H 'Content-Type: application/json'`
  const from = `-H 'Origin: ${origin}'`
  const cookie = `-b '${jar}'`
  const account = `-d '{"email":"ada@example.com","password":"correct horse battery"}'`
  const tokens = `
# Get an access token (a JWT). Who am I, by token?
TOKEN=$(curl -s -X POST ${url}/auth/token ${send} ${account} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
${curl} ${url}/me -H "Authorization: Bearer $TOKEN"

# The access token lives for ten minutes. The refresh token gets the next one, and a new refresh token
REFRESH=$(curl -s -X POST ${url}/auth/token ${send} ${account} | sed 's/.*"refresh_token":"\\([^"]*\\)".*/\\1/')
${curl} -X POST ${url}/auth/refresh ${send} -d "{\\"refresh_token\\":\\"$REFRESH\\"}"
`
  return `
# Register
${curl} -X POST ${url}/auth/register ${send} ${account}

# Log in; the session cookie goes into a jar. What writes with a cookie says where it comes from, as browsers do by themselves.
${curl} -X POST ${url}/auth/login -c '${jar}' ${from} ${send} ${account}

# Keep a value in the session, and read it
${curl} -X PUT ${url}/session/theme ${cookie} -c '${jar}' ${from} ${send} -d '{"value":"dark"}'
${curl} ${url}/session ${cookie}

# Who am I, by cookie?
${curl} ${url}/me ${cookie}
${keepsSessions ? tokens : ''}
# Write a note, and list it
${curl} -X POST ${url}/notes ${keepsSessions ? '-H "Authorization: Bearer $TOKEN"' : `${cookie} ${from}`} ${send} -d '{"title":"First","text":"It works"}'
${curl} ${url}/notes ${cookie}

# Make an API key that may read notes. It is shown once, goes where access tokens go, and may not write
KEY=$(curl -s -X POST ${url}/me/api-keys ${cookie} ${from} ${send} -d '{"label":"Reader","scopes":["notes:read"]}' | sed 's/.*"key":"\\([^"]*\\)".*/\\1/')
${curl} ${url}/notes -H "Authorization: Bearer $KEY"
${curl} -X POST ${url}/notes -H "Authorization: Bearer $KEY" ${send} -d '{"title":"Second"}'

# Prove again who you are: the password may be changed for five minutes after a login or a step-up
${curl} -X POST ${url}/auth/step-up ${cookie} -c '${jar}' ${from} ${send} -d '{"password":"correct horse battery"}'

# Change the password. Every other session ends; the new cookie goes into the jar
${curl} -X PUT ${url}/me/password ${cookie} -c '${jar}' ${from} ${send} -d '{"current":"correct horse battery","new":"blue teapots sing"}'

# And back, so that these lines work once more
${curl} -X PUT ${url}/me/password ${cookie} -c '${jar}' ${from} ${send} -d '{"current":"blue teapots sing","new":"correct horse battery"}'

# Guess a password: ten wrong ones are answered with 401, and from then on each with 429 and Retry-After
for GUESS in 1 2 3 4 5 6 7 8 9 10 11; do curl -s -o /dev/null -w '%{http_code}\\n' -X POST ${url}/auth/login ${send} -d '{"email":"bob@example.com","password":"guess '$GUESS'"}'; done

# Log out. The cookie is dead from now on, also where it was copied to.
${curl} -X POST ${url}/auth/logout ${cookie} ${from}
${curl} ${url}/me ${cookie}

# Forgot the password? A token is mailed, here into a file. It sets a new password once, and ends every session and API key
${curl} -X POST ${url}/auth/password/forgot ${send} -d '{"email":"ada@example.com"}'
RESET=$(sleep 1; sed -n 's/^Token: //p' '${outbox}'/*.txt | tail -n 1)
${curl} -X POST ${url}/auth/password/reset ${send} -d "{\\"token\\":\\"$RESET\\",\\"password\\":\\"correct horse battery\\"}"
`
}
