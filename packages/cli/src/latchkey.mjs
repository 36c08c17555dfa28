#!/usr/bin/env node
import { main } from '@latchkey/cli'

await main()
