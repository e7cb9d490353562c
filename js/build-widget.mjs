// Bundles the widget and its style for anywidget: one file each, nothing left to fetch.
// A notebook holds a copy of the bundle for each live widget, so it has to be small: tests/test_wheel.py has the bound.

import { build, context } from 'esbuild';

export const options = {
  entryPoints: [
    { in: 'src/widget/index.ts', out: 'widget' },
    { in: 'style/index.css', out: 'widget' },
  ],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  outdir: '../src/routebook/static',
  logLevel: 'warning',
  // Shorter calls than those that tsconfig.json asks for: 1.4 kB less.
  inject: ['./build-widget-jsx.mjs'],
  tsconfigRaw: {
    compilerOptions: { target: 'es2022', jsx: 'react', jsxFactory: 'jsxElement', jsxFragmentFactory: 'jsxFragment' },
  },
};

if (process.argv[1]?.endsWith('build-widget.mjs')) {
  if (process.argv.includes('--watch')) await (await context(options)).watch();
  else await build(options);
}
