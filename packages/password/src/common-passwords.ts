/**
 * The passwords that every guesser tries first.
 *
 * @module
 */

/**
 * The most common passwords of published breaches, in lower case. Short on purpose: it is the floor that needs no configuration. A
 * larger list is given as `blocklist`, and `createRangeBreachCheck` asks for all that is known.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pass1234 passwort passpass mypassword
  123456 1234567 12345678 123456789 1234567890 12345678910 123123 123123123 12341234 123321 654321 87654321 987654321 111111 11111111
  000000 00000000 112233 11223344 121212 131313 159753 147258369 696969 666666 88888888 99999999 102030 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
  1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5y6 zaq12wsx zaq1zaq1 qwerty qwerty1 qwerty12 qwerty123 qwerty1234 qwertyuiop qwertyui asdfghjkl asdfasdf
  asdf1234 zxcvbnm zxcvbnm123 qazwsx qazwsxedc abc123 abc12345 abcd1234 abcdefgh a1b2c3d4 aa123456 aaaaaaaa
  letmein letmein1 letmein123 welcome welcome1 welcome123 admin admin123 admin1234 administrator root toor changeme changeme123 default
  secret secret123 test1234 testtest guest login master trustno1 iloveyou iloveyou1 iloveyou2 sunshine sunshine1 princess princess1
  dragon monkey monkey123 football football1 baseball basketball superman batman spiderman starwars pokemon pikachu shadow michael
  jennifer jordan23 charlie jessica computer internet whatever freedom liverpool chelsea arsenal summer2024 summer2025 winter2024
  winter2025 hello123 hellohello access14 mustang corvette mercedes samsung google1 google123 facebook killer12 fuckyou fuckyou1
  correcthorsebatterystaple correct-horse-battery-staple`
    .split(/\s+/u)
    .concat('correct horse battery staple'),
)
