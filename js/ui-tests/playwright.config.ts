// Three projects: the view alone on a plain page (`view`), the static HTML (`static`), and real JupyterLab and Notebook 7
// (`jupyter`, the only one that needs a server). CHROMIUM_PATH names the browser; nothing is downloaded.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { FOLDER, PORT, PYTHON, VARIABLES } from './support/where';

// Playwright reads this file again in every worker: what is chosen once is handed on by the environment.
/** A server that is there already, for someone who tries one test again and again. */
const GIVEN = VARIABLES.folder in process.env;
process.env[VARIABLES.folder] ??= mkdtempSync(join(tmpdir(), 'routebook-ui-'));
process.env[VARIABLES.port] ??= String(20_000 + (process.pid % 20_000));

/** The view and the static HTML need no server. */
const CHOSEN = process.argv.flatMap((argument) => /^--project=(.+)$/.exec(argument)?.[1] ?? []);
const SERVED = !CHOSEN.length || CHOSEN.some((name) => name === 'jupyter' || name === 'bench');

export default defineConfig({
  outputDir: '../../build/ui-tests',
  globalTeardown: './support/teardown.ts',
  reporter: [['list'], ['./bench/reporter.ts']],
  forbidOnly: true,
  retries: 0,
  workers: 1, // one at a time: what is measured shall not be disturbed
  timeout: 90_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL: `http://127.0.0.1:${PORT()}`,
    viewport: { width: 1280, height: 900 },
    trace: 'off',
    video: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
  projects: [
    { name: 'view', testDir: 'view', expect: { timeout: 8_000 } },
    { name: 'static', testDir: 'static' },
    { name: 'jupyter', testDir: 'jupyter' },
    { name: 'bench', testDir: 'bench', timeout: 300_000 },
  ],
  webServer: !SERVED
    ? undefined
    : {
        command: `"${PYTHON}" server.py "${FOLDER()}" ${PORT()} 2>"${FOLDER()}/server.log"`,
        url: `http://127.0.0.1:${PORT()}/api`,
        reuseExistingServer: GIVEN,
        timeout: 120_000,
        gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
      },
});
