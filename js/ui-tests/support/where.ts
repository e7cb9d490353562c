// Where things are, for the configuration and the tests alike.

import { resolve } from 'node:path';

export const VARIABLES = { folder: 'ROUTEBOOK_UI_FOLDER', port: 'ROUTEBOOK_UI_PORT' };
export const REPOSITORY = `${resolve(__dirname, '../../..')}/`;
export const PYTHON = process.env.ROUTEBOOK_UI_PYTHON ?? `${REPOSITORY}.venv/bin/python`;
export const SCREENS = `${REPOSITORY}build/screens`;

/** All that the server and its kernels write. */
export const FOLDER = () => process.env[VARIABLES.folder] ?? '';
export const PORT = () => process.env[VARIABLES.port] ?? '';
