// The same tests in JupyterLab and in Notebook 7.

import { test, type Host } from './notebook';

export function inEach(body: (host: Host) => void): void {
  for (const host of ['lab', 'notebook'] as const) {
    test.describe(host === 'lab' ? 'JupyterLab' : 'Notebook 7', () => {
      test.use({ host });
      body(host);
    });
  }
}
